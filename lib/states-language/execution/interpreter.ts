import { callFunction, type Functions } from './call-function.ts';
import { type Core } from './interpreter-context.ts';
import { type CallId, type ExecutionRecords, type TaskTokens, type TimerClock, type WorkCount } from './host.ts';
import { endExecution, type End } from './end-execution.ts';
import { runtimeFailed } from '../failure.ts';
import {
  Gone,
  qualifiersOf,
  stateOf,
  type Execution,
  type Flow,
  type Live,
  type Outcome,
  type TaskRun,
} from './execution-branch.ts';
import { Gate } from '../concurrency-gate.ts';
import { HistoryFull, recorder, withInput, type Recorder } from './history-recorder.ts';
import { type Machine } from '../definition/compile-machine.ts';
import { pack, unpack } from '../serialized-data.ts';
import { statusChange } from './status-change.ts';
import { step } from './run-state.ts';
import { isCallback, settleTask, submitTask, timeOut } from './task-state.ts';
import { Timers } from './execution-timers.ts';
import { Visit } from './state-run.ts';

/** Executions in memory past which no timer brings in another: some 20 MB, and some 30 ms for the transaction they share. */
const maxWoken = 1_000;

export interface InterpreterOptions {
  store: ExecutionRecords;
  tokens: TaskTokens;
  clock: TimerClock;
  activity: WorkCount;
  functions: Functions;
  /** The compiled definition with this hash. */
  machineOf: (definition: string) => Machine;
}

/**
 * Runs executions. A flow moves until it rests: on a timer, a call, a token, its branches. What it rests on is in the journal before the
 * outside hears of it, so after a kill every call under way is made again, every wait ends when it was to end, every token is still good.
 * An execution that rests is in the journal only.
 */
export class Interpreter implements Core {
  readonly store: ExecutionRecords;
  readonly tokens: TaskTokens;
  readonly history: Recorder;
  readonly #options: InterpreterOptions;
  readonly #live = new Map<number, Live>();
  readonly #gate = new Gate(() => this.#live.size < maxWoken);
  readonly timers: Timers;
  #stopped = false;

  constructor(options: InterpreterOptions) {
    this.#options = options;
    this.store = options.store;
    this.tokens = options.tokens;
    this.history = recorder(options.store, () => this.now());
    this.timers = new Timers(options.clock, {
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

  /** The execution is in the journal when this returns, and moves as soon as the caller is done. */
  begin(execution: Execution): void {
    const machine = this.#options.machineOf(execution.definition);
    const input = unpack(execution.input);
    const live: Live = { execution, machine, input, flows: new Map(), lastEvent: 0, active: 0 };
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

  /** Ends an execution from outside. In the journal when this returns. */
  end(id: number, end: Omit<End, 'after'>): void {
    const live = this.#load(id);
    if (!live) return;
    endExecution(this, live, { ...end, after: live.lastEvent });
    this.store.flush();
  }

  drive(live: Live, flow: Flow): void {
    this.#during(live, async () => {
      await this.#move(live, flow);
      await this.store.committed();
      if (!flow.gone && !this.#stopped) this.#rest(live, flow);
    });
  }

  /** The call that a token stands for, if it is still under way. */
  awaited([execution, flowId, call]: CallId): { live: Live; flow: Flow; task: TaskRun } | undefined {
    const live = this.#load(execution);
    const flow = live?.flows.get(flowId);
    if (!live || !flow || (flow.phase.kind !== 'task' && flow.phase.kind !== 'callback')) return undefined;
    return flow.phase.task.id === call ? { live, flow, task: flow.phase.task } : undefined;
  }

  /** Takes the answer that came with a token. In the journal when this returns. */
  answer(live: Live, flow: Flow, outcome: Outcome): void {
    this.#guarded(live, flow, () => settleTask(new Visit(this, live, flow), outcome));
    this.store.flush();
    this.drive(live, flow);
  }

  /** The silence starts anew; the deadline stays. In the journal when this returns. */
  beat(flow: Flow, task: TaskRun): void {
    if (task.heartbeatMs === undefined) return;
    task.beatBy = this.now() + task.heartbeatMs;
    this.store.saveFlow(flow);
    this.store.flush();
    this.timers.arm(flow);
  }

  /** Sets every timer again and goes on with what was moving or called when the last run ended. */
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

  /** Nothing moves any more; what comes back from calls under way is dropped, as after a kill. */
  stop(): void {
    this.#stopped = true;
    this.timers.stop();
    this.store.stop();
  }

  async #move(live: Live, flow: Flow): Promise<void> {
    try {
      while (!this.#stopped && !flow.gone && moves(flow)) await step(this, live, flow);
    } catch (error) {
      if (!(error instanceof Gone)) this.#failHard(live, flow, error);
    }
  }

  #rest(live: Live, flow: Flow): void {
    this.timers.arm(flow);
    if (flow.phase.kind === 'task') this.#call(live, flow, flow.phase.task);
  }

  #call(live: Live, flow: Flow, task: TaskRun): void {
    const state = stateOf(flow);
    if (state.type !== 'Task') return;
    this.#during(live, async () => {
      const outcome = await callFunction(this.#options.functions, state.resource, task.args);
      if (this.#stopped || flow.gone || flow.phase.kind !== 'task' || flow.phase.task.id !== task.id) return;
      const visit = new Visit(this, live, flow);
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
      this.#guarded(live, flow, () => settleTask(new Visit(this, live, flow), { failure }));
    } else return;
    this.drive(live, flow);
  }

  /** An execution in memory; loaded when it rests, undefined when it has ended. */
  #load(id: number): Live | undefined {
    const known = this.#live.get(id);
    if (known) return known.execution.status === 'RUNNING' ? known : undefined;
    const execution = this.store.byId(id);
    if (execution?.status !== 'RUNNING') return undefined;
    const machine = this.#options.machineOf(execution.definition);
    const flows = this.store.flowsOf(id, machine);
    return {
      execution,
      machine,
      input: unpack(execution.input),
      flows,
      lastEvent: this.store.lastEvent(id),
      active: 0,
    };
  }

  /** Keeps the execution in memory while `work` runs. A journal that cannot be written ends the process: nothing was acknowledged. */
  #during(live: Live, work: () => Promise<void>): void {
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

  #guarded(live: Live, flow: Flow, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#failHard(live, flow, error);
    }
  }

  #failHard(live: Live, flow: Flow, error: unknown): void {
    const { failure } = error instanceof HistoryFull ? error : runtimeFailed(String(error));
    endExecution(this, live, { status: 'FAILED', failure, after: flow.last });
  }

  #expire(id: number): void {
    const live = this.#load(id);
    if (live) this.#during(live, () => Promise.resolve(this.end(id, { status: 'TIMED_OUT' })));
  }
}

function moves({ phase: { kind } }: Flow): boolean {
  return kind === 'enter' || kind === 'run' || kind === 'settled';
}

function rootFlow(id: number, { execution, machine, input }: Live): Flow {
  return {
    id,
    execution: execution.id,
    place: 0,
    region: machine,
    state: machine.startAt,
    input,
    variables: pack({}),
    phase: { kind: 'enter' },
    last: 0,
    enteredAt: 0,
    enteredEvent: 0,
    tries: [],
    calls: 0,
    gone: false,
  };
}
