import { type Json } from '../../shared/json.ts';
import { type StateFailure } from '../failure.ts';
import { type CompiledMachine, type CompiledRegion, type CompiledState } from '../definition/compile-machine.ts';
import { type SerializedData } from '../serialized-data.ts';

/** A call of a function under way. `id` tells it from earlier and later calls of the same flow; times in epoch ms. */
export interface TaskRun {
  id: number;
  args: Json;
  deadline?: number | undefined;
  heartbeatMs?: number | undefined;
  beatBy?: number | undefined;
}

export type StateOutcome = { result: Json } | { failure: StateFailure };

/** Where a flow stands between two steps. What waits for something outside holds all that is needed to go on after a kill. */
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

/**
 * One line of control: the execution itself, a branch of a Parallel, an iteration of a Map. `input` is the present state's input (the
 * output, once `ended`), `variables` are all it can see, `last` its latest history event, `calls` counts its task calls.
 */
export interface ExecutionBranch {
  readonly id: number;
  readonly execution: number;
  readonly parent?: number | undefined;
  /** Which branch or item of its parent. */
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
  /** The execution ended or a sibling failed: whatever still comes back for it is dropped. */
  gone: boolean;
}

/** Thrown on the way of a flow that has ended meanwhile: what it was about to do is not done. */
export class BranchGone extends Error {}

export const statuses = ['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'] as const;
export type Status = (typeof statuses)[number];

export interface Execution {
  readonly id: number;
  readonly arn: string;
  readonly name: string;
  readonly machineArn: string;
  readonly machineName: string;
  readonly versionArn: string | undefined;
  readonly aliasArn: string | undefined;
  readonly roleArn: string;
  /** Hash of the definition it entered with, which it keeps when the machine changes. */
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

/** An execution in memory: only while one of its flows moves. `active` counts those; `lastEvent` is the newest history event. */
export interface RunningExecution {
  readonly execution: Execution;
  readonly machine: CompiledMachine;
  readonly input: SerializedData;
  readonly flows: Map<number, ExecutionBranch>;
  lastEvent: number;
  active: number;
}

export function stateOfBranch(flow: ExecutionBranch): CompiledState {
  const state = flow.region.states.get(flow.state);
  if (!state) throw new Error(`no state ${flow.state}`);
  return state;
}

/** When the flow has to be looked at again if nobody else moves it. */
export function dueOf({ phase }: ExecutionBranch): number | undefined {
  if (phase.kind === 'wait' || phase.kind === 'retry') return phase.due;
  if (phase.kind !== 'task' && phase.kind !== 'callback') return undefined;
  const { deadline = Infinity, beatBy = Infinity } = phase.task;
  const due = Math.min(deadline, beatBy);
  return due === Infinity ? undefined : due;
}

/** The version and alias it was started by, under the API's names. */
export function qualifiersOf({ versionArn, aliasArn }: Execution): Record<string, string> {
  return {
    ...(versionArn !== undefined && { stateMachineVersionArn: versionArn }),
    ...(aliasArn !== undefined && { stateMachineAliasArn: aliasArn }),
  };
}
