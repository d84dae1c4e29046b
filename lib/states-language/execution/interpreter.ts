import { callFunction } from './call-function.ts';
import { type InterpreterContext } from './interpreter-context.ts';
import { type CallId, type ExecutionRecords, type InterpreterOptions, type TaskTokens } from './host.ts';
import { endExecution, type ExecutionEnding } from './end-execution.ts';
import { runtimeFailed } from '../failure.ts';
import {
  BranchGone,
  idlePhases,
  isMoving,
  newRootBranch,
  stateOfBranch,
  timedPhases,
  type AwaitedCall,
  type Execution,
  type ExecutionBranch,
  type PhaseKind,
  type RunningExecution,
  type StateOutcome,
  type TaskRun,
} from './execution-branch.ts';
import { HistoryFull, createHistoryRecorder, withStart, type HistoryRecorder } from './history-recorder.ts';
import { RunningExecutions } from './running-executions.ts';
import { statusChange } from './status-change.ts';
import { runState } from './run-state.ts';
import { isCallback, settleTask, submitTask, timeOut } from './task-state.ts';
import { ExecutionTimers } from './execution-timers.ts';
import { StateRun } from './state-run.ts';

/**
 * Runs executions. A branch moves until it waits for a timer, a call, a token or its children. What
 * it waits for is stored before the outside sees an effect. So after a crash calls under way are
 * repeated, and waits and tokens stay valid. A waiting execution takes no memory.
 */
export class Interpreter implements InterpreterContext {
  readonly store: ExecutionRecords;
  readonly tokens: TaskTokens;
  readonly history: HistoryRecorder;
  readonly #options: InterpreterOptions;
  readonly #running: RunningExecutions;
  readonly timers: ExecutionTimers;
  #stopped = false;

  constructor(options: InterpreterOptions) {
    this.#options = options;
    this.store = options.store;
    this.tokens = options.tokens;
    this.#running = new RunningExecutions(options);
    this.history = createHistoryRecorder(options.store, () => this.now());
    this.timers = new ExecutionTimers(options.clock, {
      flow: (execution, flow) => this.#running.whenRoom(execution, () => this.#wake(execution, flow)),
      execution: (execution) => this.#expire(execution),
    });
  }

  now(): number {
    return this.#options.clock.now();
  }

  stretched(ms: number): number {
    return ms * Math.max(1, this.#options.clock.speed ?? 1);
  }

  /** Stores the execution before it returns. It moves once the caller is done. */
  begin(execution: Execution): void {
    const live = this.#running.create(execution);
    const root = newRootBranch(this.store.newFlowId(), live);
    live.flows.set(root.id, root);
    this.store.insert(execution);
    this.history.recordAside(live, 0, { type: 'ExecutionStarted', details: withStart(live) });
    this.store.saveFlow(root);
    this.store.announce(statusChange(execution));
    this.store.flush();
    this.timers.armDeadline(execution);
    this.drive(live, root);
  }

  /** Ends an execution from outside. Stored when it returns. */
  end(id: number, end: Omit<ExecutionEnding, 'after'>): void {
    const live = this.#running.load(id);
    if (!live) return;
    endExecution(this, live, { ...end, after: live.lastEvent });
    this.store.flush();
  }

  drive(live: RunningExecution, flow: ExecutionBranch): void {
    this.#running.during(live, async () => {
      await this.#move(live, flow);
      await this.store.committed();
      if (!flow.gone && !this.#stopped) this.#rest(live, flow);
    });
  }

  /** Returns the call of a token while it is under way, else undefined. */
  awaited([execution, flowId, call]: CallId): AwaitedCall | undefined {
    const live = this.#running.load(execution);
    const flow = live?.flows.get(flowId);
    if (!live || !flow || (flow.phase.kind !== 'task' && flow.phase.kind !== 'callback')) return undefined;
    return flow.phase.task.id === call ? { live, flow, task: flow.phase.task } : undefined;
  }

  /** Completes a task by its token. Stored when it returns. */
  answer(live: RunningExecution, flow: ExecutionBranch, outcome: StateOutcome): void {
    this.#guarded(live, flow, () => settleTask(new StateRun(this, live, flow), outcome));
    this.store.flush();
    this.drive(live, flow);
  }

  /** Restarts the heartbeat timeout. The deadline stays. Stored when it returns. */
  beat(flow: ExecutionBranch, task: TaskRun): void {
    if (task.heartbeatMs === undefined) return;
    task.beatBy = this.now() + task.heartbeatMs;
    this.store.saveFlow(flow);
    this.store.flush();
    this.timers.arm(flow);
  }

  /** Restores all timers after a start, and continues what was under way at the last stop. */
  restore(): void {
    for (const limited of this.store.deadlines()) this.timers.armDeadline(limited);
    for (const branch of this.store.resting()) {
      if (!timedPhases.has(branch.phase)) this.#continue(branch);
      else if (branch.due !== null) this.timers.restore(branch, branch.due);
    }
  }

  /** Stops all work. Results of calls under way are dropped, as after a crash. */
  stop(): void {
    this.#stopped = true;
    this.#running.stop();
    this.timers.stop();
    this.store.stop();
  }

  /** Moves a stored branch on, unless it waits for another one or has ended. */
  #continue({ execution, id, phase }: { execution: number; id: number; phase: PhaseKind }): void {
    if (idlePhases.has(phase)) return;
    const live = this.#running.load(execution);
    const flow = live?.flows.get(id);
    if (live && flow) this.drive(live, flow);
  }

  async #move(live: RunningExecution, flow: ExecutionBranch): Promise<void> {
    try {
      while (!this.#stopped && !flow.gone && isMoving(flow)) await runState(this, live, flow);
    } catch (error) {
      if (!(error instanceof BranchGone)) this.#failHard(live, flow, error);
    }
  }

  #rest(live: RunningExecution, flow: ExecutionBranch): void {
    this.timers.arm(flow);
    if (flow.phase.kind === 'task') this.#call(live, flow, flow.phase.task);
  }

  #call(live: RunningExecution, flow: ExecutionBranch, task: TaskRun): void {
    const state = stateOfBranch(flow);
    if (state.type !== 'Task') return;
    this.#running.during(live, async () => {
      const outcome = await callFunction(this.#options.functions, state.resource, task.args);
      if (this.#stopped || flow.gone || flow.phase.kind !== 'task' || flow.phase.task.id !== task.id) return;
      const visit = new StateRun(this, live, flow);
      const submitted = isCallback(state.resource) && 'result' in outcome;
      this.#guarded(live, flow, () => (submitted ? submitTask(visit, outcome.result) : settleTask(visit, outcome)));
      if (!submitted) this.drive(live, flow);
      await this.store.committed();
    });
  }

  #wake(execution: number, id: number): void {
    const live = this.#running.load(execution);
    const flow = live?.flows.get(id);
    if (!live || !flow) return;
    const { phase } = flow;
    if (phase.kind === 'wait') flow.phase = { kind: 'settled', outcome: { result: null } };
    else if (phase.kind === 'retry') flow.phase = { kind: 'run' };
    else if (phase.kind === 'task' || phase.kind === 'callback') {
      const failure = timeOut(phase.task, this.now());
      this.#guarded(live, flow, () => settleTask(new StateRun(this, live, flow), { failure }));
    } else return;
    this.drive(live, flow);
  }

  #guarded(live: RunningExecution, flow: ExecutionBranch, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#failHard(live, flow, error);
    }
  }

  #failHard(live: RunningExecution, flow: ExecutionBranch, error: unknown): void {
    const { failure } = error instanceof HistoryFull ? error : runtimeFailed(String(error));
    endExecution(this, live, { status: 'FAILED', failure, after: flow.last });
  }

  #expire(id: number): void {
    const live = this.#running.load(id);
    if (live) this.#running.during(live, () => Promise.resolve(this.end(id, { status: 'TIMED_OUT' })));
  }
}
