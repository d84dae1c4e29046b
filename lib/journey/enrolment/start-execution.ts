import { type Executions } from '../../aws/step-functions/executions.ts';
import { executionArn } from '../../shared/execution-arn.ts';
import { Unavailable } from '../../shared/errors.ts';
import { type JourneyStore, type JourneyVersion } from '../publishing/journey-store.ts';
import { executionName, type OwnedEnrolment } from './enrolment-record.ts';
import { type EnrolmentStore } from './enrolment-store.ts';
import { type EntryRequest } from './entry-request.ts';
import { firstExecutionInput } from './execution-input.ts';

/** The stores and the client that start an enrolment's first execution. */
export interface StartExecutionDependencies {
  journeys: Pick<JourneyStore, 'version'>;
  enrolments: Pick<EnrolmentStore, 'markStarted'>;
  executions: Executions;
}

/** A request and the version that it would enter now. */
export interface ResolvedVersion {
  version: JourneyVersion;
  request: EntryRequest;
}

const stopCause = 'ended before it was started';

/**
 * Starts the execution of an entry after its transaction, then marks the enrolment `active`. The
 * execution's name is made of the enrolment's id, so a retry starts no second one. A crash leaves a
 * `starting` enrolment, which the next delivery completes. If the enrolment has ended, the
 * execution is stopped.
 */
export async function startExecution(
  { enrolments, executions }: StartExecutionDependencies,
  owned: OwnedEnrolment,
  { version: { definition, arn }, request }: ResolvedVersion,
): Promise<'entered' | 'over'> {
  const input = firstExecutionInput(owned, definition, request);
  const started = await executions.start(arn, executionName(owned.enrolment), input);
  if ((await enrolments.markStarted(owned, started)) === 'active') return 'entered';
  await executions.stop(started, stopCause);
  return 'over';
}

/**
 * Returns the version that an enrolment runs. Throws `Unavailable('journey.not-deployed')` if it
 * cannot be read.
 */
async function versionOf(
  journeys: StartExecutionDependencies['journeys'],
  { enrolment, owner }: OwnedEnrolment,
  current: JourneyVersion,
): Promise<JourneyVersion> {
  const { journeyId, version } = enrolment;
  const found = current.version === version ? current : await journeys.version(owner.workspace, journeyId, version);
  if (!found) throw new Unavailable('journey.not-deployed', { journeyId, version });
  return found;
}

/**
 * Completes what an earlier try left undone, in the version that it chose. Throws
 * `Unavailable('journey.not-deployed')` if that version cannot be read.
 */
export async function completeEarlierEntry(
  dependencies: StartExecutionDependencies,
  earlier: OwnedEnrolment,
  { version: current, request }: ResolvedVersion,
): Promise<'resumed' | 'over'> {
  const { enrolment } = earlier;
  // A later execution runs this enrolment, and the code that starts it marks it `active`.
  if (enrolment.status === 'active' || enrolment.leg !== undefined) return 'resumed';
  const version = await versionOf(dependencies.journeys, earlier, current);
  if (enrolment.status === 'starting')
    return (await startExecution(dependencies, earlier, { version, request })) === 'over' ? 'over' : 'resumed';
  // The try that started the execution may have crashed before it stored the ARN.
  if (enrolment.executionArn === undefined)
    await dependencies.executions.stop(executionArn(version.arn, executionName(enrolment)), stopCause);
  return 'over';
}
