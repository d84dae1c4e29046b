import { type Executions } from '../../aws/step-functions/executions.ts';
import { executionArn } from '../../shared/execution-arn.ts';
import { Unavailable } from '../../shared/errors.ts';
import { executionName } from './enrolment-record.ts';
import { type EnrolmentStore, type OwnedEnrolment } from './enrolment-store.ts';
import { type EntryRequest } from './entry-request.ts';
import { type JourneyStore, type JourneyVersion } from '../publishing/journey-store.ts';
import { drawSplits } from '../definition/draw-splits.ts';
import { type ExecutionInput, firstRun } from './execution-input.ts';

interface Dependencies {
  journeys: Pick<JourneyStore, 'version'>;
  enrolments: Pick<EnrolmentStore, 'markStarted'>;
  executions: Executions;
}

/** A request and the version that it would enter now. */
interface ResolvedVersion {
  version: JourneyVersion;
  request: EntryRequest;
}

/**
 * Starts the execution of an entry after its transaction, then marks the enrolment `active`. The
 * execution's name is made of the enrolment's id, so a retry starts no second one. A crash leaves a
 * `starting` enrolment, which the next delivery completes. If the enrolment has ended, the
 * execution is stopped.
 */
export function createExecutionStarter({ journeys, enrolments, executions }: Dependencies) {
  async function startExecution(
    { enrolment, owner }: OwnedEnrolment,
    { definition, arn }: JourneyVersion,
    request: EntryRequest,
  ): Promise<'entered' | 'over'> {
    const { enrolmentId, journeyId, version, startedAt, notBefore, test } = enrolment;
    const { id, name, properties, depth } = request;
    const input: ExecutionInput = {
      ...owner,
      enrolmentId,
      journeyId,
      version,
      startedAt,
      trigger: { id, name, properties, ...(depth !== undefined && { depth }) },
      splits: drawSplits(definition, owner),
      vars: {},
      run: { ...firstRun, ...(notBefore !== undefined && { notBefore }), ...(test && { test }) },
    };
    const started = await executions.start(arn, executionName(enrolment), input);
    if ((await enrolments.markStarted({ enrolment, owner }, started)) === 'active') return 'entered';
    await executions.stop(started, 'ended before it was started');
    return 'over';
  }

  /**
   * Completes what an earlier try left undone, in the version that it chose. Throws
   * `Unavailable('journey.not-deployed')` if that version cannot be read.
   */
  async function completeEarlierEntry(
    earlier: OwnedEnrolment,
    { version, request }: ResolvedVersion,
  ): Promise<'resumed' | 'over'> {
    const { enrolment } = earlier;
    // A later execution runs this enrolment, and the code that starts it marks it `active`.
    if (enrolment.status === 'active' || enrolment.leg !== undefined) return 'resumed';
    const { journeyId } = enrolment;
    const isSame = version.version === enrolment.version;
    const chosen = isSame ? version : await journeys.version(earlier.owner.workspace, journeyId, enrolment.version);
    if (!chosen) throw new Unavailable('journey.not-deployed', { journeyId, version: enrolment.version });
    if (enrolment.status === 'starting')
      return (await startExecution(earlier, chosen, request)) === 'over' ? 'over' : 'resumed';
    // The try that started the execution may have crashed before it stored the ARN.
    if (enrolment.executionArn === undefined)
      await executions.stop(executionArn(chosen.arn, executionName(enrolment)), 'ended before it was started');
    return 'over';
  }

  return { start: startExecution, finish: completeEarlierEntry };
}
