import { type Executions } from '../../aws/step-functions/executions.ts';
import { Unavailable } from '../../shared/errors.ts';
import { keys } from '../../model/keys/table-keys.ts';
import { type ProfileStore, type VersionedProfile, readVersionedProfile } from '../../profile/profile-store.ts';
import { type Clock } from '../../shared/time.ts';
import { type EndEnrolmentDependencies, endEnrolment } from './end-enrolment.ts';
import { type Enrolment, executionName } from '../enrolment/enrolment-record.ts';
import { type EnrolmentStore } from '../enrolment/enrolment-store.ts';
import { type JourneyStore, type JourneyVersion } from '../publishing/journey-store.ts';
import { type MigrationAction } from '../publishing/migration.ts';
import { drawSplits } from '../definition/draw-splits.ts';
import { type StepCall } from './step-call.ts';
import { type ExecutionInput, type ExecutionRun } from '../enrolment/execution-input.ts';

export interface MigrateEnrolmentDependencies extends EndEnrolmentDependencies {
  profiles: ProfileStore;
  enrolments: EnrolmentStore;
  journeys: Pick<JourneyStore, 'version'>;
  executions: Executions;
  clock: Clock;
}

/**
 * `moved`: another execution runs the enrolment. `left`: the enrolment has ended, by this call or
 * before. In both cases the caller's execution must end.
 */
export type MigrationResult = 'moved' | 'left';

const maxTries = 10;

/**
 * Returns the progress with which the next execution starts. The time of a pause is kept under the
 * new step's name. `rounds` are kept too, because steps of one name count as one step.
 */
function continuedRun({ enrolment, stepId }: StepCall, leg: number, at: string): ExecutionRun {
  const { held, ...run } = enrolment.run;
  const late = held?.stepId === stepId && { held: { ...held, stepId: at } };
  return { ...run, leg, at, ...late };
}

/**
 * Creates the function that migrates an enrolment to another version of its journey. One
 * transaction changes the enrolment and the profile. Then the next execution is started under its
 * name and stored. After a crash, a retry finds the changed row and starts the same execution. An
 * ended enrolment is not migrated.
 */
export function createEnrolmentMigrator(dependencies: MigrateEnrolmentDependencies) {
  const { profiles, enrolments, journeys, executions, clock } = dependencies;

  async function readPublishedVersion(
    { workspace, journeyId }: ExecutionInput,
    version: number,
  ): Promise<JourneyVersion> {
    const found = await journeys.version(workspace, journeyId, version);
    if (!found) throw new Unavailable('journey.version-missing', { journeyId, version });
    return found;
  }

  /**
   * Tries the transaction once. Returns false if the profile or the enrolment changed since it was
   * read, or if the profile has no such enrolment.
   */
  async function writeMigration(
    { enrolment: { workspace, customer, enrolmentId, version: from, run } }: StepCall,
    { profile, rev }: VersionedProfile,
    { to, at }: { to: JourneyVersion; at: string },
  ): Promise<boolean> {
    const inside = profile.journeys[enrolmentId];
    if (!inside) return false;
    const { exit: _exit, ...entry } = inside;
    const { exit } = to.definition;
    const journeys = { ...profile.journeys, [enrolmentId]: { ...entry, version: to.version, ...(exit && { exit }) } };
    const update = {
      update: keys.enrolment({ workspace, customer }, enrolmentId),
      set: {
        expression: 'SET version = :to, leg = :leg, #at = :at, #status = :starting REMOVE executionArn',
        names: { '#at': 'at' },
        values: { ':to': to.version, ':leg': run.leg + 1, ':at': at, ':starting': 'starting' },
      },
      if: {
        expression: '#status <> :ended AND version = :from',
        names: { '#status': 'status' },
        values: { ':ended': 'ended', ':from': from },
      },
    };
    return profiles.save({ profile: { ...profile, journeys }, also: [update] }, rev);
  }

  /** Starts the execution that the row names, unless it has started already. Safe to repeat. */
  async function startContinuedExecution(call: StepCall, enrolment: Enrolment): Promise<MigrationResult> {
    const { workspace, customer } = call.enrolment;
    const owner = { workspace, customer };
    const { version, leg = 0, at = '' } = enrolment;
    if (enrolment.status === 'ended') return 'left';
    // The continuation, or a later execution, already runs the enrolment.
    if (enrolment.status === 'active' || leg !== call.enrolment.run.leg + 1) return 'moved';
    const to = await readPublishedVersion(call.enrolment, version);
    const input: ExecutionInput = {
      ...call.enrolment,
      version,
      splits: drawSplits(to.definition, owner),
      vars: call.vars,
      run: continuedRun(call, leg, at),
    };
    const arn = await executions.start(to.arn, executionName(enrolment, leg), input);
    if ((await enrolments.markStarted({ enrolment, owner }, arn)) === 'active') return 'moved';
    await executions.stop(arn, 'ended before it was started');
    return 'left';
  }

  return async (call: StepCall, move: MigrationAction): Promise<MigrationResult> => {
    const { workspace, customer, enrolmentId, version: from } = call.enrolment;
    const owner = { workspace, customer };
    if (move.kind === 'leave') {
      await endEnrolment(dependencies, { owner, enrolmentId }, { outcome: move.outcome, at: clock.now() });
      return 'left';
    }
    for (let tries = 0; tries < maxTries; tries++) {
      const enrolment = await enrolments.get(owner, enrolmentId);
      if (!enrolment || enrolment.status === 'ended') return 'left';
      if (enrolment.version !== from) return startContinuedExecution(call, enrolment);
      if (move.kind === 'finish') return 'moved';
      const stored = await readVersionedProfile(profiles, owner);
      if (!stored || !Object.hasOwn(stored.profile.journeys, enrolmentId)) return 'left';
      const to = await readPublishedVersion(call.enrolment, move.version);
      await writeMigration(call, stored, { to, at: move.at });
    }
    throw new Unavailable('enrolment.contended', { enrolmentId });
  };
}
