import { type Executions } from '#lib/aws/step-functions/executions.ts';
import { addMs, type Clock, type Instant, minuteMs } from '#lib/shared/time.ts';
import { type Enrolment } from '../../enrolment/enrolment-record.ts';
import { type EnrolmentStore } from '../../enrolment/enrolment-store.ts';
import { type OwnedEnrolment } from '../../enrolment/enrolment-record.ts';
import { stoppedOutcome } from '../../publishing/migration.ts';
import { type ReleasePosition, type ReleaseProgress } from './release-progress.ts';
import { endEnrolmentAndStop, type EndEnrolmentDependencies } from '../end-enrolment.ts';

/** Maximum difference between the clocks of two machines, ms. */
const maxSkewMs = minuteMs;

/** Enrolments read in one page. */
const maxPerPage = 100;

/**
 * Returns whether a stop concerns an enrolment. Includes one that this stop has ended, as the run
 * may have crashed before stopping the execution. Excludes one that started after the stop.
 */
export function isStopped(
  { status, outcome, startedAt, endedAt = '' }: Pick<Enrolment, 'status' | 'outcome' | 'startedAt' | 'endedAt'>,
  since: Instant,
): boolean {
  if (startedAt > since) return false;
  return status !== 'ended' || (outcome === stoppedOutcome && endedAt > addMs(since, -maxSkewMs));
}

/** Lists one page of the enrolments that a stop of their journey ends, and the next position. */
export async function listStoppedEnrolments(
  { enrolments }: { enrolments: Pick<EnrolmentStore, 'list'> },
  { workspace, journeyId, since, cursor }: ReleaseProgress,
): Promise<{ enrolments: OwnedEnrolment[]; next: ReleasePosition | undefined }> {
  const page = await enrolments.list({ workspace, journeyId }, { limit: maxPerPage, before: cursor });
  return {
    enrolments: page.placed.filter(({ enrolment }) => isStopped(enrolment, since)),
    next: page.next === undefined ? undefined : { list: 0, cursor: page.next },
  };
}

/** Ends an enrolment of a stopped journey, and its execution. Safe to crash and to repeat. */
export async function endStoppedEnrolment(
  { clock, ...dependencies }: EndEnrolmentDependencies & { executions: Executions; clock: Clock },
  owned: OwnedEnrolment,
): Promise<void> {
  await endEnrolmentAndStop(dependencies, owned, { outcome: stoppedOutcome, at: clock.now() });
}
