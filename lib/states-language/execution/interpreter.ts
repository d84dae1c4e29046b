import { callFunction, type FunctionCaller } from './call-function.ts';
import { type InterpreterContext } from './interpreter-context.ts';
import { type CallId, type ExecutionRecords, type TaskTokens, type TimerClock, type WorkCount } from './host.ts';
import { endExecution, type ExecutionEnding } from './end-execution.ts';
import { runtimeFailed } from '../failure.ts';
import {
  BranchGone,
  qualifiersOf,
  stateOfBranch,
  type Execution,
  type ExecutionBranch,
  type RunningExecution,
  type StateOutcome,
  type TaskRun,
} from './execution-branch.ts';
import { ConcurrencyGate } from '../concurrency-gate.ts';
import { HistoryFull, createHistoryRecorder, withInput, type HistoryRecorder } from './history-recorder.ts';
import { type CompiledMachine } from '../definition/compile-machine.ts';
import { serializeData, parseData } from '../serialized-data.ts';
import { statusChange } from './status-change.ts';
import { runState } from './run-state.ts';
import { isCallback, settleTask, submitTask, timeOut } from './task-state.ts';
import { ExecutionTimers } from './execution-timers.ts';
import { StateRun } from './state-run.ts';

/**
 * Maximum number of executions that timers load into memory: about 20 MB, and about 30 ms for their
 * transaction.
 */
const maxWoken = 1_000;

export interface InterpreterOptions {
  store: ExecutionRecords;
  tokens: TaskTokens;
  clock: TimerClock;
  activity: WorkCount;
  functions: FunctionCaller;
  /** Returns the compiled definition with this hash. */
  machineOf: (definition: string) => CompiledMachine;
}

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
  readonly #live = new Map<number, RunningExecution>();
  readonly #gate = new ConcurrencyGate(() => this.#live.size < maxWoken);
  readonly timers: ExecutionTimers;
  #stopped = false;

  constructor(options: InterpreterOptions) {
    this.#options = options;
    this.store = options.store;
    this.tokens = options.tokens;
    this.history = createHistoryRecorder(options.store, () => this.now());
    this.timers = new ExecutionTimers(options.clock, {
      flow: (execution, flow) => this.#wakeInTurn(execution, flow),
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
    const machine = this.#options.machineOf(execution.definition);
    const input = parseData(execution.input);
    const live: RunningExecution = { execution, machine, input, flows: new Map(), lastEvent: 0, active: 0 };
    const root = rootFlow(this.store.newFlowId(), live);
    live.flows.set(root.id, root);
    this.store.insert(execution);
    const details = { ...withInput(input), roleArn: execution.roleArn, ...qualifiersOf(execution) };
    this.history.recordAside(live, 0, { type: 'ExecutionStarted', details });
    this.store.saveFlow(root);
    this.store.announce(statusChange(execution));
    this.store.flush();
    this.timers.armDeadline(execution);
    this.drive(live, root);
  }

  /** Ends an execution from outside. Stored when it returns. */
  end(id: number, end: Omit<ExecutionEnding, 'after'>): void {
    const live = this.#load(id);
    if (!live) return;
    endExecution(this, live, { ...end, after: live.lastEvent });
    this.store.flush();
  }

  drive(live: RunningExecution, flow: ExecutionBranch): void {
    this.#during(live, async () => {
      await this.#move(live, flow);
      await this.store.committed();
      if (!flow.gone && !this.#stopped) this.#rest(live, flow);
    });
  }

  /** Returns the call of a token while it is under way, else undefined. */
  awaited([execution, flowId, call]: CallId):
    { live: RunningExecution; flow: ExecutionBranch; task: TaskRun } | undefined {
    const live = this.#load(execution);
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
    for (const { id, execution, phase, due } of this.store.resting()) {
      if (phase === 'wait' || phase === 'retry' || phase === 'callback') {
        if (due !== null) this.timers.restore({ execution, id }, due);
      } else if (phase !== 'queued' && phase !== 'fan' && phase !== 'ended') {
        const live = this.#load(execution);
        const flow = live?.flows.get(id);
        if (live && flow) this.drive(live, flow);
      }
    }
  }

  /** Stops all work. Results of calls under way are dropped, as after a crash. */
  stop(): void {
    this.#stopped = true;
    this.timers.stop();
    this.store.stop();
  }

  async #move(live: RunningExecution, flow: ExecutionBranch): Promise<void> {
    try {
      while (!this.#stopped && !flow.gone && moves(flow)) await runState(this, live, flow);
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
    this.#during(live, async () => {
      const outcome = await callFunction(this.#options.functions, state.resource, task.args);
      if (this.#stopped || flow.gone || flow.phase.kind !== 'task' || flow.phase.task.id !== task.id) return;
      const visit = new StateRun(this, live, flow);
      const submitted = isCallback(state.resource) && 'result' in outcome;
      this.#guarded(live, flow, () => (submitted ? submitTask(visit, outcome.result) : settleTask(visit, outcome)));
      if (!submitted) this.drive(live, flow);
      await this.store.committed();
    });
  }

  /** When 100,000 waits end at one moment, a thousand executions at a time are taken into memory. */
  #wakeInTurn(execution: number, id: number): void {
    if (this.#live.has(execution)) this.#wake(execution, id);
    else this.#gate.enter(() => this.#wake(execution, id));
  }

  #wake(execution: number, id: number): void {
    const live = this.#load(execution);
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

  /** An execution in memory; loaded when it rests, undefined when it has ended. */
  #load(id: number): RunningExecution | undefined {
    const known = this.#live.get(id);
    if (known) return known.execution.status === 'RUNNING' ? known : undefined;
    const execution = this.store.byId(id);
    if (execution?.status !== 'RUNNING') return undefined;
    const machine = this.#options.machineOf(execution.definition);
    const flows = this.store.flowsOf(id, machine);
    return {
      execution,
      machine,
      input: parseData(execution.input),
      flows,
      lastEvent: this.store.lastEvent(id),
      active: 0,
    };
  }

  /** Keeps the execution in memory while `work` runs. A journal that cannot be written ends the process: nothing was acknowledged. */
  #during(live: RunningExecution, work: () => Promise<void>): void {
    live.active++;
    this.#live.set(live.execution.id, live);
    void this.#options.activity.run(async () => {
      try {
        await work();
      } finally {
        if (--live.active === 0) this.#live.delete(live.execution.id);
        if (!this.#stopped) this.#gate.left();
      }
    });
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
    const live = this.#load(id);
    if (live) this.#during(live, () => Promise.resolve(this.end(id, { status: 'TIMED_OUT' })));
  }
}

function moves({ phase: { kind } }: ExecutionBranch): boolean {
  return kind === 'enter' || kind === 'run' || kind === 'settled';
}

function rootFlow(id: number, { execution, machine, input }: RunningExecution): ExecutionBranch {
  return {
    id,
    execution: execution.id,
    place: 0,
    region: machine,
    state: machine.startAt,
    input,
    variables: serializeData({}),
    phase: { kind: 'enter' },
    last: 0,
    enteredAt: 0,
    enteredEvent: 0,
    tries: [],
    calls: 0,
    gone: false,
  };
}
