import { type Profile } from '../../model/profile.ts';
import { type MigrationResult } from './migrate-enrolment.ts';
import { type JourneyRecord } from '../publishing/journey-record.ts';
import { type JourneyStore } from '../publishing/journey-store.ts';
import { type MigrationAction, resolveMigration } from '../publishing/migration.ts';
import { type StepCall } from './step-call.ts';

/**
 * Result of a step's function if the step must not run now. `hold`: the journey is paused. `move`:
 * the execution must end, because the enrolment was migrated or has ended.
 */
export interface StepBlocked {
  gate: 'hold' | 'move';
}

/** The journey records that the guard reads, and the migration that it starts. */
export interface StepGuardDependencies {
  journeys: Pick<JourneyStore, 'readRecord'>;
  migrateEnrolment: (call: StepCall, move: MigrationAction) => Promise<MigrationResult>;
}

/**
 * Checks whether a step may run. Called before the step has any effect. Undefined allows the step.
 */
export type StepGuard = (call: StepCall, profile: Pick<Profile, 'journeys'>) => Promise<StepBlocked | undefined>;

/**
 * Decides from the journey record whether a step may run. A migration that an earlier try began is
 * completed, even during a pause.
 */
export function decidePassage(
  record: Pick<JourneyRecord, 'state' | 'migrations'> | undefined,
  call: Pick<StepCall, 'stepId' | 'enrolment'>,
  { journeys }: Pick<Profile, 'journeys'>,
): 'go' | 'hold' | MigrationAction {
  const { enrolmentId, version } = call.enrolment;
  const move = resolveMigration(record, { version, stepId: call.stepId }, journeys[enrolmentId]);
  if (move?.kind === 'finish') return move;
  return record?.state === 'paused' ? 'hold' : (move ?? 'go');
}

/**
 * Creates the step guard. It reads the journey record once for each `gated` step, and migrates or
 * ends the enrolment if the record says so. Steps that are not `gated` run within seconds after one
 * that is, so they need no check. Safe to crash and to retry.
 */
export function createStepGuard({ journeys, migrateEnrolment }: StepGuardDependencies): StepGuard {
  return async (call, profile) => {
    if (!call.gated) return undefined;
    const { workspace, journeyId } = call.enrolment;
    const passage = decidePassage(await journeys.readRecord(workspace, journeyId), call, profile);
    if (passage === 'go') return undefined;
    if (passage === 'hold') return { gate: 'hold' };
    await migrateEnrolment(call, passage);
    return { gate: 'move' };
  };
}
