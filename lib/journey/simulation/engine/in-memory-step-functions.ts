import { type Json } from '../../../shared/json.ts';
import { type AslDefinition } from '../../compilation/state-machine-types.ts';
import { QuiescenceTracker } from '../../../states-language/quiescence-tracker.ts';
import { type HistoryEvent } from '../../../states-language/execution/host.ts';
import { type Execution, type Status } from '../../../states-language/execution/execution-branch.ts';
import { Interpreter } from '../../../states-language/execution/interpreter.ts';
import { compileMachine, type CompiledMachine } from '../../../states-language/definition/compile-machine.ts';
import { serializeData } from '../../../states-language/serialized-data.ts';
import { MemoryRecords, memoryTokens } from './in-memory-records.ts';
import { type SimulatedTime } from './simulated-time.ts';

export interface ExecutionEnd {
  name: string;
  status: Exclude<Status, 'RUNNING'>;
  output: string | undefined;
}

export interface InMemoryStepFunctionsOptions {
  time: SimulatedTime;
  /** A step's function, by the name it was compiled with. */
  invoke: (name: string, payload: Json) => Json | Promise<Json>;
  ended: (end: ExecutionEnd) => void;
  happened: (name: string, event: HistoryEvent) => void;
}

/** The States Language engine of the local runner, in memory and in simulated time. */
export class InMemoryStepFunctions {
  readonly #options: InMemoryStepFunctionsOptions;
  readonly #records: MemoryRecords;
  readonly #interpreter: Interpreter;
  readonly #activity = new QuiescenceTracker();
  readonly #machines = new Map<string, CompiledMachine>();
  readonly #open = new Map<string, number>();

  constructor(options: InMemoryStepFunctionsOptions) {
    this.#options = options;
    const { time, invoke, happened } = options;
    this.#records = new MemoryRecords({
      announced: (detail) => this.#announced(detail),
      happened: ({ name }, event) => happened(name, event),
    });
    this.#interpreter = new Interpreter({
      store: this.#records,
      tokens: memoryTokens,
      clock: time,
      activity: this.#activity,
      functions: {
        // Functions see what JSON makes of their payload.
        invoke: async (name, payload) => invoke(name, payload as Json), // the engine's own values
        invokeAsync: (name, payload) => void invoke(name, payload as Json),
      },
      machineOf: (name) => this.machine(name),
    });
  }

  /** Makes a journey's machine known under a name. Throws where the engine cannot run it. */
  add(name: string, definition: AslDefinition): void {
    this.#machines.set(name, compileMachine(JSON.stringify(definition), this.#options.time.now));
  }

  machine(name: string): CompiledMachine {
    const machine = this.#machines.get(name);
    if (!machine) throw new RangeError(`no machine ${name}`);
    return machine;
  }

  /** Starts an execution, once for a name that runs. */
  start(machine: string, name: string, input: Json): void {
    if (this.#open.has(name)) return;
    const id = this.#records.newExecutionId();
    this.#open.set(name, id);
    this.#interpreter.begin({
      ...{ id, arn: name, name, machineArn: machine, machineName: machine, versionArn: undefined, aliasArn: undefined },
      ...{
        roleArn: 'simulated',
        definition: machine,
        input: serializeData(input).text,
        startedAt: this.#options.time.now(),
      },
      ...{ deadline: undefined, status: 'RUNNING', stoppedAt: undefined },
      ...{ output: undefined, error: undefined, cause: undefined },
    });
  }

  stop(name: string): void {
    const id = this.#open.get(name);
    if (id !== undefined) this.#interpreter.end(id, { status: 'ABORTED' });
  }

  /** False when nobody waits with this token any more. */
  resume(token: string, result: Json): boolean {
    const call = memoryTokens.read(token);
    const awaited = call && this.#interpreter.awaited(call);
    if (!awaited) return false;
    this.#interpreter.answer(awaited.live, awaited.flow, { result });
    return true;
  }

  /** Executions that have not ended. */
  get open(): number {
    return this.#open.size;
  }

  /** Resolves when everything that can move at this moment has moved. */
  settled(): Promise<void> {
    return this.#activity.quiet();
  }

  #announced(detail: Record<string, unknown>): void {
    const { name, status, output } = detail as Pick<Execution, 'name' | 'status' | 'output'>; // as `statusChange` writes it
    if (status === 'RUNNING') return;
    this.#open.delete(name);
    this.#options.ended({ name, status, output });
  }
}
