import { type Json } from '#lib/shared/json.ts';
import { type AslDefinition } from '../../compilation/state-machine-types.ts';
import { QuiescenceTracker } from '#lib/states-language/quiescence-tracker.ts';
import { type HistoryEvent } from '#lib/states-language/execution/host.ts';
import { type Execution, type Status } from '#lib/states-language/execution/execution-branch.ts';
import { Interpreter } from '#lib/states-language/execution/interpreter.ts';
import { compileMachine } from '#lib/states-language/definition/compile-machine.ts';
import { type CompiledMachine } from '#lib/states-language/definition/compiled-states.ts';
import { serializeData } from '#lib/states-language/serialized-data.ts';
import { MemoryRecords, memoryTokens } from './in-memory-records.ts';
import { type SimulatedTime } from './simulated-time.ts';

/** The end of an execution. `output` is the JSON text of a succeeded execution. */
export interface ExecutionEnd {
  name: string;
  status: Exclude<Status, 'RUNNING'>;
  output: string | undefined;
}

/** What the engine needs from the simulation. */
export interface InMemoryStepFunctionsOptions {
  time: SimulatedTime;
  /** Calls a step's function by the name it was compiled with. */
  invoke: (name: string, payload: Json) => Json | Promise<Json>;
  ended: (end: ExecutionEnd) => void;
  happened: (name: string, event: HistoryEvent) => void;
}

/**
 * Runs state machines with the interpreter of the local environment, in memory and in simulated
 * time.
 */
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
        // Payloads of the interpreter are JSON values, so they are passed without serialization.
        invoke: async (name, payload) => invoke(name, payload as Json), // the engine's own values
        invokeAsync: (name, payload) => void invoke(name, payload as Json),
      },
      machineOf: (name) => this.machine(name),
    });
  }

  /**
   * Compiles a machine and registers it under a name. Throws if the interpreter cannot run the
   * definition.
   */
  add(name: string, definition: AslDefinition): void {
    this.#machines.set(name, compileMachine(JSON.stringify(definition), this.#options.time.now));
  }

  machine(name: string): CompiledMachine {
    const machine = this.#machines.get(name);
    if (!machine) throw new RangeError(`no machine ${name}`);
    return machine;
  }

  /** Starts an execution. Does nothing while an execution of that name runs. */
  start(machine: string, name: string, input: Json): void {
    if (this.#open.has(name)) return;
    const id = this.#records.newExecutionId();
    this.#open.set(name, id);
    this.#interpreter.begin({
      id,
      arn: name,
      name,
      machineArn: machine,
      machineName: machine,
      versionArn: undefined,
      aliasArn: undefined,
      roleArn: 'simulated',
      definition: machine,
      input: serializeData(input).text,
      startedAt: this.#options.time.now(),
      deadline: undefined,
      status: 'RUNNING',
      stoppedAt: undefined,
      output: undefined,
      error: undefined,
      cause: undefined,
    });
  }

  stop(name: string): void {
    const id = this.#open.get(name);
    if (id !== undefined) this.#interpreter.end(id, { status: 'ABORTED' });
  }

  /** Completes the task that waits with this token. Returns false if no task waits with it. */
  resume(token: string, result: Json): boolean {
    const call = memoryTokens.read(token);
    const awaited = call && this.#interpreter.awaited(call);
    if (!awaited) return false;
    this.#interpreter.answer(awaited.live, awaited.flow, { result });
    return true;
  }

  /** Number of executions that have not ended. */
  get open(): number {
    return this.#open.size;
  }

  /** Resolves when no work is under way at the present simulated time. */
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
