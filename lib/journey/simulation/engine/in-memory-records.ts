import { type JsonObject } from '#lib/shared/json.ts';
import {
  type CallId,
  type ExecutionRecords,
  type HistoryEvent,
  type TaskTokens,
} from '#lib/states-language/execution/host.ts';
import { type Execution, type ExecutionBranch } from '#lib/states-language/execution/execution-branch.ts';

interface Listeners {
  /** Called for each status change of an execution. */
  announced: (detail: JsonObject) => void;
  /** Called for each event of an execution's history. */
  happened: (execution: Execution, event: HistoryEvent) => void;
}

/**
 * Executions in memory. A process end loses them. An ended execution is dropped when it is closed.
 */
export class MemoryRecords implements ExecutionRecords {
  readonly #listeners: Listeners;
  readonly #executions = new Map<number, Execution>();
  readonly #flows = new Map<number, Map<number, ExecutionBranch>>();
  readonly #lastEvents = new Map<number, number>();
  #ids = 0;

  constructor(listeners: Listeners) {
    this.#listeners = listeners;
  }

  newExecutionId = (): number => ++this.#ids;
  newFlowId = (): number => ++this.#ids;

  insert(execution: Execution): void {
    this.#executions.set(execution.id, execution);
    this.#flows.set(execution.id, new Map());
  }

  close({ id }: Execution): void {
    this.#executions.delete(id);
    this.#flows.delete(id);
    this.#lastEvents.delete(id);
  }

  saveFlow(flow: ExecutionBranch): void {
    this.#flows.get(flow.execution)?.set(flow.id, flow);
  }

  dropFlow({ execution, id }: ExecutionBranch): void {
    this.#flows.get(execution)?.delete(id);
  }

  event(execution: number, id: number, event: HistoryEvent): void {
    this.#lastEvents.set(execution, id);
    const found = this.#executions.get(execution);
    if (found) this.#listeners.happened(found, event);
  }

  announce(detail: JsonObject): void {
    this.#listeners.announced(detail);
  }

  flush(): void {}
  committed = (): Promise<void> => Promise.resolve();
  stop(): void {}
  byId = (id: number): Execution | undefined => this.#executions.get(id);
  flowsOf = (execution: number): Map<number, ExecutionBranch> =>
    this.#flows.get(execution) ?? new Map<number, ExecutionBranch>();
  lastEvent = (execution: number): number => this.#lastEvents.get(execution) ?? 0;
  resting = (): [] => [];
  deadlines = (): [] => [];

  get open(): number {
    return this.#executions.size;
  }
}

/**
 * Task tokens in plain text. A simulation accepts no calls from outside, so tokens need no
 * signature.
 */
export const memoryTokens: TaskTokens = {
  of: (call) => call.join('.'),
  read(token) {
    const parts = token.split('.').map(Number);
    return parts.length === 3 && parts.every(Number.isInteger) ? (parts as CallId) : undefined; // three numbers
  },
};
