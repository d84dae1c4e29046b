import { type TimerClock } from './host.ts';
import { dueOf, type Execution, type ExecutionBranch } from './execution-branch.ts';

/** Callbacks of due timers. */
export interface Due {
  flow: (execution: number, flow: number) => void;
  execution: (execution: number) => void;
}

/**
 * Timers of waiting branches and of executions with a deadline: one each. A waiting execution takes
 * no other memory.
 */
export class ExecutionTimers {
  readonly #clock: TimerClock;
  readonly #due: Due;
  /** Cancels by the flow's id, or by the negative id of the execution. */
  readonly #cancels = new Map<number, () => void>();

  constructor(clock: TimerClock, due: Due) {
    this.#clock = clock;
    this.#due = due;
  }

  /** Sets the branch's timer to the time at which its phase is due. */
  arm(flow: ExecutionBranch): void {
    this.disarm(flow);
    const due = dueOf(flow);
    if (due !== undefined) this.restore(flow, due);
  }

  /** As `arm`, for a branch that is stored but not in memory. */
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
