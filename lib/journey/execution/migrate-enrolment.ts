import { type Executions } from '../../aws/step-functions/executions.ts';
import { Unavailable } from '../../shared/errors.ts';
import { type Write } from '../../aws/table/dynamo-table.ts';
import { type Profile } from '../../model/profile.ts';
import { keys } from '../../model/keys/table-keys.ts';
import { compact } from '../../shared/records.ts';
import { conflict, retryOnConflict } from '../../shared/retry.ts';
import { type ProfileStore, readVersionedProfile } from '../../profile/profile-store.ts';
import { type Clock } from '../../shared/time.ts';
import { type EndEnrolmentDependencies, endEnrolment } from './end-enrolment.ts';
import { type Enrolment, executionName } from '../enrolment/enrolment-record.ts';
import { type EnrolmentStore } from '../enrolment/enrolment-store.ts';
import { type JourneyStore, type JourneyVersion } from '../publishing/journey-store.ts';
import { type MigrationAction } from '../publishing/migration.ts';
import { drawSplits } from '../definition/draw-splits.ts';
import { type StepCall } from './step-call.ts';
import { type ExecutionInput, type ExecutionRun } from '../enrolment/execution-input.ts';

/** The stores, the client and the clock that a migration uses. */
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

/** An action after which another execution runs the enrolment. */
type ContinuingAction = Exclude<MigrationAction, { kind: 'leave' }>;

/** Most tries of one migration. A concurrent write to the profile costs one try. */
const maxTries = 10;

/**
 * Returns the progress with which the next execution starts. The time of a pause is kept under the
 * new step's name. `rounds` are kept too, because steps of one name count as one step.
 */
function continuedRun({ enrolment, stepId }: StepCall, leg: number, at: string): ExecutionRun {
  const { held, ...run } = enrolment.run;
  const pausedHere = held?.stepId === stepId ? { ...held, stepId: at } : undefined;
  return { ...run, leg, at, ...compact({ held: pausedHere }) };
}

async function readPublishedVersion(
  { journeys }: Pick<MigrateEnrolmentDependencies, 'journeys'>,
  { workspace, journeyId }: ExecutionInput,
  version: number,
): Promise<JourneyVersion> {
  const found = await journeys.version(workspace, journeyId, version);
  if (!found) throw new Unavailable('journey.version-missing', { journeyId, version });
  return found;
}

/** Returns the profile with the enrolment in another version and that version's exit criteria. */
function withVersion(profile: Profile, enrolmentId: string, { version, definition }: JourneyVersion): Profile {
  const active = profile.journeys[enrolmentId];
  if (!active) return profile;
  const { exit: _exit, ...entry } = active;
  const migrated = { ...entry, version, ...compact({ exit: definition.exit }) };
  return { ...profile, journeys: { ...profile.journeys, [enrolmentId]: migrated } };
}

/** The update of an enrolment's row. It fails if the enrolment has ended or has another version. */
function versionUpdate(
  { workspace, customer, enrolmentId, version: from, run }: ExecutionInput,
  { to, at }: { to: number; at: string },
): Write {
  return {
    update: keys.enrolment({ workspace, customer }, enrolmentId),
    set: {
      expression: 'SET version = :to, leg = :leg, #at = :at, #status = :starting REMOVE executionArn',
      names: { '#at': 'at' },
      values: { ':to': to, ':leg': run.leg + 1, ':at': at, ':starting': 'starting' },
    },
    if: {
      expression: '#status <> :ended AND version = :from',
      names: { '#status': 'status' },
      values: { ':ended': 'ended', ':from': from },
    },
  };
}

/** Starts the execution that the row names, unless it has started already. Safe to repeat. */
async function startMigratedExecution(
  dependencies: MigrateEnrolmentDependencies,
  call: StepCall,
  enrolment: Enrolment,
): Promise<MigrationResult> {
  const { executions, enrolments } = dependencies;
  const { workspace, customer, run } = call.enrolment;
  const owner = { workspace, customer };
  const { version, leg = 0, at = '' } = enrolment;
  // The continuation, or a later execution, already runs the enrolment.
  if (enrolment.status === 'active' || leg !== run.leg + 1) return 'moved';
  const to = await readPublishedVersion(dependencies, call.enrolment, version);
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

/**
 * Tries the transaction once. Returns `conflict` also after it was written, because the next try
 * finds the changed row and starts its execution, as a retry after a crash does.
 */
async function attemptMigration(
  dependencies: MigrateEnrolmentDependencies,
  call: StepCall,
  action: ContinuingAction,
): Promise<MigrationResult | typeof conflict> {
  const { profiles, enrolments } = dependencies;
  const { workspace, customer, enrolmentId, version: from } = call.enrolment;
  const owner = { workspace, customer };
  const enrolment = await enrolments.get(owner, enrolmentId);
  if (!enrolment || enrolment.status === 'ended') return 'left';
  if (enrolment.version !== from) return startMigratedExecution(dependencies, call, enrolment);
  if (action.kind === 'finish') return 'moved';
  const stored = await readVersionedProfile(profiles, owner);
  if (!stored || !Object.hasOwn(stored.profile.journeys, enrolmentId)) return 'left';
  const to = await readPublishedVersion(dependencies, call.enrolment, action.version);
  const profile = withVersion(stored.profile, enrolmentId, to);
  const update = versionUpdate(call.enrolment, { to: to.version, at: action.at });
  await profiles.save({ profile, also: [update] }, stored.rev);
  return conflict;
}

/**
 * Migrates an enrolment to another version of its journey. One transaction changes the enrolment
 * and the profile. Then the next execution is started under its name and stored. After a crash, a
 * retry finds the changed row and starts the same execution. An ended enrolment is not migrated.
 */
async function migrateEnrolment(
  dependencies: MigrateEnrolmentDependencies,
  call: StepCall,
  action: MigrationAction,
): Promise<MigrationResult> {
  const { workspace, customer, enrolmentId } = call.enrolment;
  if (action.kind === 'leave') {
    const end = { outcome: action.outcome, at: dependencies.clock.now() };
    await endEnrolment(dependencies, { owner: { workspace, customer }, enrolmentId }, end);
    return 'left';
  }
  const contended = (): Error => new Unavailable('enrolment.contended', { enrolmentId });
  return retryOnConflict({ maxTries, contended }, () => attemptMigration(dependencies, call, action));
}

/** Creates the function that migrates an enrolment to another version of its journey. */
export function createEnrolmentMigrator(dependencies: MigrateEnrolmentDependencies) {
  return (call: StepCall, action: MigrationAction): Promise<MigrationResult> =>
    migrateEnrolment(dependencies, call, action);
}
