import { ConcurrencyGate } from '../concurrency-gate.ts';
import { type CompiledMachine } from '../definition/compiled-states.ts';
import { parseData } from '../serialized-data.ts';
import { type Execution, type RunningExecution } from './execution-branch.ts';
import { type ExecutionRecords, type WorkCount } from './host.ts';

/**
 * Maximum number of executions that timers load into memory: about 20 MB, and about 30 ms for their
 * transaction.
 */
const maxLoaded = 1_000;

/** Where executions are loaded from, and what counts the work on them. */
interface ExecutionSource {
  store: Pick<ExecutionRecords, 'byId' | 'flowsOf' | 'lastEvent'>;
  activity: WorkCount;
  /** Returns the compiled definition with this hash. */
  machineOf: (definition: string) => CompiledMachine;
}

/** The executions in memory: those with work under way. All others are in the store only. */
export class RunningExecutions {
  readonly #source: ExecutionSource;
  readonly #running = new Map<number, RunningExecution>();
  readonly #gate = new ConcurrencyGate(() => this.#running.size < maxLoaded);
  #stopped = false;

  constructor(source: ExecutionSource) {
    this.#source = source;
  }

  /** Returns a new execution, without branches. It is not stored. */
  create(execution: Execution): RunningExecution {
    const machine = this.#source.machineOf(execution.definition);
    return { execution, machine, input: parseData(execution.input), flows: new Map(), lastEvent: 0, active: 0 };
  }

  /** Returns an execution from memory or from the store. Returns undefined if it has ended. */
  load(id: number): RunningExecution | undefined {
    const running = this.#running.get(id);
    const execution = running?.execution ?? this.#source.store.byId(id);
    if (execution?.status !== 'RUNNING') return undefined;
    return running ?? this.#read(execution);
  }

  /** Calls `go`, for an execution that is not in memory once there is room for it. */
  whenRoom(id: number, go: () => void): void {
    if (this.#running.has(id)) go();
    else this.#gate.enter(go);
  }

  /**
   * Keeps the execution in memory while `work` runs. `work` must not fail. If the store cannot be
   * written, the process ends, and nothing was acknowledged.
   */
  during(live: RunningExecution, work: () => Promise<void>): void {
    live.active++;
    this.#running.set(live.execution.id, live);
    void this.#source.activity.run(async () => {
      try {
        await work();
      } finally {
        if (--live.active === 0) this.#running.delete(live.execution.id);
        if (!this.#stopped) this.#gate.left();
      }
    });
  }

  /** Lets no further execution in. */
  stop(): void {
    this.#stopped = true;
  }

  #read(execution: Execution): RunningExecution {
    const { store } = this.#source;
    const created = this.create(execution);
    const flows = store.flowsOf(execution.id, created.machine);
    return { ...created, flows, lastEvent: store.lastEvent(execution.id) };
  }
}
