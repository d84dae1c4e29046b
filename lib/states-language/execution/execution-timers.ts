import { type TimerClock } from './host.ts';
import { dueOf, type Execution, type ExecutionBranch } from './execution-branch.ts';

/** What to do when a timer is due. */
export interface Due {
  flow: (execution: number, flow: number) => void;
  execution: (execution: number) => void;
}

/** The timers of flows that rest and of executions with a time limit: one each, all that a waiting execution takes of memory. */
export class ExecutionTimers {
  readonly #clock: TimerClock;
  readonly #due: Due;
  /** Cancels by the flow's id, or by the negative id of the execution. */
  readonly #cancels = new Map<number, () => void>();

  constructor(clock: TimerClock, due: Due) {
    this.#clock = clock;
    this.#due = due;
  }

  /** Sets the flow's timer to what it rests on now. */
  arm(flow: ExecutionBranch): void {
    this.disarm(flow);
    const due = dueOf(flow);
    if (due !== undefined) this.restore(flow, due);
  }

  /** As `arm`, for a flow that is in the journal only. */
  restore({ execution, id }: Pick<ExecutionBranch, 'execution' | 'id'>, due: number): void {
    this.#set(id, due, () => this.#due.flow(execution, id));
  }

  armDeadline({ id, deadline }: Pick<Execution, 'id' | 'deadline'>): void {
    if (deadline !== undefined) this.#set(-id, deadline, () => this.#due.execution(id));
  }

  disarm({ id }: ExecutionBranch): void {
    this.#cancel(id);
  }

  disarmDeadline({ id }: Execution): void {
    this.#cancel(-id);
  }

  stop(): void {
    for (const cancel of this.#cancels.values()) cancel();
    this.#cancels.clear();
  }

  #cancel(key: number): void {
    this.#cancels.get(key)?.();
    this.#cancels.delete(key);
  }

  #set(key: number, due: number, fire: () => void): void {
    const cancel = this.#clock.at(due, () => {
      this.#cancels.delete(key);
      fire();
    });
    this.#cancels.set(key, cancel);
  }
}
