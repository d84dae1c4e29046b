import { type Executions } from '#lib/aws/step-functions/executions.ts';
import { executionArn } from '#lib/shared/execution-arn.ts';
import { type Machines } from '#lib/aws/step-functions/state-machines.ts';
import { type Timers } from '#lib/aws/timers.ts';
import { type AslDefinition } from '#lib/journey/compilation/state-machine-types.ts';
import { InMemoryStepFunctions } from '#lib/journey/simulation/engine/in-memory-step-functions.ts';
import { type SimulatedTime } from '#lib/journey/simulation/engine/simulated-time.ts';
import { type Json } from '#lib/shared/json.ts';

/** As JSON carries it from one function to another. */
const wired = (value: unknown): Json => JSON.parse(JSON.stringify(value ?? null)) as Json;

/** Without jitter: a model can tell when a step is tried again. */
const punctual = (definition: AslDefinition): AslDefinition =>
  JSON.parse(
    JSON.stringify(definition).replaceAll('"JitterStrategy":"FULL"', '"JitterStrategy":"NONE"'),
  ) as AslDefinition;

export interface Outside {
  /** Machines that are there without being published, by the last part of their ARN. */
  deployed: Record<string, AslDefinition>;
  time: SimulatedTime;
  /** Calls a step's function. */
  invoke: (name: string, payload: Json) => Promise<unknown>;
  /** An execution has ended: the detail of Step Functions' event. */
  ended: (detail: { name: string; status: string }) => void;
  /** A timer's time has come: what its target is called with. */
  fired: (input: Json) => void;
}

/** Step Functions and EventBridge Scheduler as journeys see them, on the engine of the local runner. Names start once. */
export function stepFunctions({ time, invoke, ended, fired, deployed }: Outside) {
  const started = new Map<string, { machine: string; input: Json }>();
  const alarms = new Map<string, () => void>();
  const published: AslDefinition[] = [];
  const known = new Set<string>();
  const nameIn = (arn: string): string => arn.split(':').at(-1) ?? '';
  const room = new InMemoryStepFunctions({
    time,
    invoke: async (name, payload) => wired(await invoke(name, wired(payload))),
    happened: () => undefined,
    ended: ({ name, status, output }) => {
      const input = JSON.stringify(started.get(name)?.input);
      ended({ name, status, ...{ stopDate: time.now(), input, output } });
    },
  });
  /** A version nobody enters is not compiled. */
  function begin(machine: string): void {
    if (known.has(machine)) return;
    room.add(machine, deployed[nameIn(machine)] ?? published[Number(nameIn(machine)) - 1]!);
    known.add(machine);
  }

  const executions: Executions = {
    async start(machine, name, input) {
      if (!started.has(name)) {
        begin(machine);
        started.set(name, { machine, input: wired(input) });
        room.start(machine, name, wired(input));
      }
      return executionArn(machine, name);
    },
    stop: async (arn) => room.stop(nameIn(arn)),
    machineOf: async (arn) => started.get(nameIn(arn))?.machine ?? '',
    resume: async (token, output) => (room.resume(token, wired(output)) ? 'resumed' : 'late'),
  };
  const machines: Machines = {
    async publish(name, definition) {
      published.push(punctual(definition as AslDefinition)); // as our own compiler makes it
      return `arn:aws:states:us-east-1:000000000000:stateMachine:${name}:${published.length}`;
    },
    route: async () => undefined,
    position: async () => undefined,
  };
  const timers: Timers = {
    async set(name, at, input) {
      if (!alarms.has(name))
        alarms.set(
          name,
          time.at(Date.parse(at), () => fired(wired(input))),
        );
    },
    clear: async (name) => alarms.get(name)?.(),
  };
  return { room, executions, machines, timers };
}
