import { type Json } from '../../shared/json.ts';
import { type StateFailure } from '../failure.ts';
import { type CompiledMachine, type CompiledRegion, type CompiledState } from '../definition/compiled-states.ts';
import { serializeData, type SerializedData } from '../serialized-data.ts';

/** A task call under way. `id` is unique within the branch. Times in epoch ms. */
export interface TaskRun {
  id: number;
  args: Json;
  deadline?: number | undefined;
  heartbeatMs?: number | undefined;
  beatBy?: number | undefined;
}

/** How a task, a wait or a state with child branches ended. */
export type StateOutcome = { result: Json } | { failure: StateFailure };

/** What a branch does next. A waiting phase holds all that is needed to continue after a crash. */
export type Phase =
  | { kind: 'queued' }
  | { kind: 'enter' }
  | { kind: 'run' }
  | { kind: 'retry'; due: number }
  | { kind: 'wait'; due: number }
  | { kind: 'task'; task: TaskRun }
  | { kind: 'callback'; task: TaskRun }
  | { kind: 'fan' }
  | { kind: 'settled'; outcome: StateOutcome }
  | { kind: 'ended' };

export type PhaseKind = Phase['kind'];

/** Phases that wait for a timer or a token. */
export const timedPhases: ReadonlySet<PhaseKind> = new Set(['wait', 'retry', 'callback']);
/** Phases that wait for another branch, or for nothing. */
export const idlePhases: ReadonlySet<PhaseKind> = new Set(['queued', 'fan', 'ended']);

/**
 * One thread of control: the execution, a branch of a Parallel or an iteration of a Map. `input` is
 * the current state's input, or the output once `ended`. `variables` are all in scope, `last` is
 * the latest history event, `calls` counts task calls.
 */
export interface ExecutionBranch {
  readonly id: number;
  readonly execution: number;
  readonly parent?: number | undefined;
  /** Index of the branch or item within its parent. */
  readonly place: number;
  readonly item?: Json | undefined;
  readonly region: CompiledRegion;
  state: string;
  input: SerializedData;
  variables: SerializedData;
  phase: Phase;
  last: number;
  enteredAt: number;
  enteredEvent: number;
  tries: number[];
  calls: number;
  /**
   * True once the execution ended or a sibling failed. Later results for the branch are dropped.
   */
  gone: boolean;
}

/**
 * Thrown when the branch has ended during an asynchronous operation. The operation's result is not
 * applied.
 */
export class BranchGone extends Error {}

export const statuses = ['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'] as const;
/** Status of an execution. */
export type Status = (typeof statuses)[number];

/** An execution as stored. Times in epoch ms. */
export interface Execution {
  readonly id: number;
  readonly arn: string;
  readonly name: string;
  readonly machineArn: string;
  readonly machineName: string;
  readonly versionArn: string | undefined;
  readonly aliasArn: string | undefined;
  readonly roleArn: string;
  /**
   * Hash of the definition at the start. A later change of the machine does not affect the
   * execution.
   */
  readonly definition: string;
  readonly input: string;
  readonly startedAt: number;
  readonly deadline: number | undefined;
  status: Status;
  stoppedAt: number | undefined;
  output: string | undefined;
  error: string | undefined;
  cause: string | undefined;
}

/**
 * An execution in memory, kept while one of its branches moves. `active` counts these branches,
 * `lastEvent` is the newest history event.
 */
export interface RunningExecution {
  readonly execution: Execution;
  readonly machine: CompiledMachine;
  readonly input: SerializedData;
  readonly flows: Map<number, ExecutionBranch>;
  lastEvent: number;
  active: number;
}

/** A task call that waits for its token. */
export interface AwaitedCall {
  live: RunningExecution;
  flow: ExecutionBranch;
  task: TaskRun;
}

/** Returns the current state of a branch. */
export function stateOfBranch(flow: ExecutionBranch): CompiledState {
  const state = flow.region.states.get(flow.state);
  if (!state) throw new Error(`no state ${flow.state}`);
  return state;
}

/** Returns when the branch must be looked at again without an outside event, epoch ms. */
export function dueOf({ phase }: ExecutionBranch): number | undefined {
  if (phase.kind === 'wait' || phase.kind === 'retry') return phase.due;
  if (phase.kind !== 'task' && phase.kind !== 'callback') return undefined;
  const { deadline = Infinity, beatBy = Infinity } = phase.task;
  const due = Math.min(deadline, beatBy);
  return due === Infinity ? undefined : due;
}

/**
 * Returns the region of a child branch: a branch of the parent's Parallel, or its Map's processor.
 */
export function regionBelow(parent: ExecutionBranch, place: number): CompiledRegion {
  const state = parent.region.states.get(parent.state);
  const region =
    state?.type === 'Map' ? state.processor : state?.type === 'Parallel' ? state.branches[place] : undefined;
  if (!region) throw new Error(`state ${parent.state} has no branch ${place}`);
  return region;
}

/** What a new branch begins with. The rest is the same for all. */
type BranchStart = Pick<
  ExecutionBranch,
  'id' | 'execution' | 'parent' | 'place' | 'item' | 'region' | 'input' | 'variables' | 'phase' | 'last'
>;

/** Returns a branch before the first state of its region. */
export function newBranch(start: BranchStart): ExecutionBranch {
  return {
    ...start,
    state: start.region.startAt,
    enteredAt: 0,
    enteredEvent: 0,
    tries: [],
    calls: 0,
    gone: false,
  };
}

/** Returns the branch with which an execution begins. */
export function newRootBranch(id: number, { execution, machine, input }: RunningExecution): ExecutionBranch {
  return newBranch({
    id,
    execution: execution.id,
    parent: undefined,
    place: 0,
    item: undefined,
    region: machine,
    input,
    variables: serializeData({}),
    phase: { kind: 'enter' },
    last: 0,
  });
}

/** Returns whether the branch moves on without a timer, a call, a token or its children. */
export function isMoving({ phase: { kind } }: ExecutionBranch): boolean {
  return kind === 'enter' || kind === 'run' || kind === 'settled';
}

/** Version and alias that started the execution, under the API's names. */
export function qualifiersOf({ versionArn, aliasArn }: Execution): Record<string, string> {
  return {
    ...(versionArn !== undefined && { stateMachineVersionArn: versionArn }),
    ...(aliasArn !== undefined && { stateMachineAliasArn: aliasArn }),
  };
}
