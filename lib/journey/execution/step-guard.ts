import { type Profile } from '../../model/profile.ts';
import { type MigrationResult } from './migrate-enrolment.ts';
import { type JourneyRecord } from '../publishing/journey-record.ts';
import { type JourneyStore } from '../publishing/journey-store.ts';
import { type MigrationAction, resolveMigration } from '../publishing/migration.ts';
import { type StepCall } from './step-call.ts';

/** What a step's function answers when the step is not to happen now: the journey is paused, or the customer goes on elsewhere. */
export interface StepBlocked {
  gate: 'hold' | 'move';
}

export interface StepGuardDependencies {
  journeys: Pick<JourneyStore, 'readRecord'>;
  migrateEnrolment: (call: StepCall, move: MigrationAction) => Promise<MigrationResult>;
}

/** Asked before a step does anything; undefined: go. */
export type StepGuard = (call: StepCall, profile: Pick<Profile, 'journeys'>) => Promise<StepBlocked | undefined>;

/** What the head of a journey says to somebody before a step. Whoever was handed over before is seen to the end, also during a pause. */
export function decidePassage(
  head: Pick<JourneyRecord, 'state' | 'migrations'> | undefined,
  call: Pick<StepCall, 'stepId' | 'enrolment'>,
  { journeys }: Pick<Profile, 'journeys'>,
): 'go' | 'hold' | MigrationAction {
  const { enrolmentId, version } = call.enrolment;
  const move = resolveMigration(head, { version, stepId: call.stepId }, journeys[enrolmentId]);
  if (move?.kind === 'finish') return move;
  return head?.state === 'paused' ? 'hold' : (move ?? 'go');
}

/**
 * The gate before steps with an effect. Only steps compiled with a choice after them (`gated`) can be stopped; the others follow one of
 * those within seconds. One read. Asked again after a death in between it does what is left to do.
 */
export function createStepGuard({ journeys, migrateEnrolment: handOver }: StepGuardDependencies): StepGuard {
  return async (call, profile) => {
    if (!call.gated) return undefined;
    const { workspace, journeyId } = call.enrolment;
    const passage = decidePassage(await journeys.readRecord(workspace, journeyId), call, profile);
    if (passage === 'go') return undefined;
    if (passage === 'hold') return { gate: 'hold' };
    await handOver(call, passage);
    return { gate: 'move' };
  };
}
