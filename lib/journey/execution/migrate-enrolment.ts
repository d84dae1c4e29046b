import { type Executions } from '../../aws/step-functions/executions.ts';
import { Unavailable } from '../../shared/errors.ts';
import { keys } from '../../model/table-keys.ts';
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

/** `moved`: another execution leads on. `left`: the stay has ended, by this move or before. Either way the caller's execution is over. */
export type MigrationResult = 'moved' | 'left';

const maxTries = 10;

/** How the next leg sets out. What was held stays held, under its new name; steps of one name count as one step, so rounds go on. */
function continuedRun({ enrolment, stepId }: StepCall, leg: number, at: string): ExecutionRun {
  const { held, ...run } = enrolment.run;
  const late = held?.stepId === stepId && { held: { ...held, stepId: at } };
  return { ...run, leg, at, ...late };
}

/**
 * Takes a stay from the execution that asks into another version of its journey. The enrolment's row and the profile's entry change in one
 * transaction, which names the version and the step; then the next leg is started under its name, and noted. So whoever dies in between
 * and is called again, by Step Functions, finds the row changed and starts that same leg; nothing is started twice. Whoever left
 * meanwhile is not moved.
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

  /** One try of the transaction; the row as it is after it, undefined when it changed meanwhile. */
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

  /** Starts the leg that the row names, if that has not been done. */
  async function startContinuedExecution(call: StepCall, enrolment: Enrolment): Promise<MigrationResult> {
    const { workspace, customer } = call.enrolment;
    const owner = { workspace, customer };
    const { version, leg = 0, at = '' } = enrolment;
    if (enrolment.status === 'ended') return 'left';
    // A later leg than ours leads it by now.
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
