import { type Bus } from '#lib/aws/bus.ts';
import { metricLine, writeLine } from '#lib/aws/metrics.ts';
import { type Executions } from '#lib/aws/step-functions/executions.ts';
import { pastRefused, throwRefused } from '#lib/aws/table/past-refused.ts';
import { type EndEnrolmentDependencies } from '#lib/journey/execution/end-enrolment.ts';
import { endStoppedEnrolment, listStoppedEnrolments } from '#lib/journey/execution/release/end-stopped-enrolments.ts';
import {
  publishReleaseProgress,
  readReleaseProgress,
  type ReleasePage,
  type ReleaseProgress,
} from '#lib/journey/execution/release/release-progress.ts';
import {
  type ResumePausedDependencies,
  resumePausedSteps,
} from '#lib/journey/execution/release/resume-paused-steps.ts';
import { type Clock } from '#lib/shared/time.ts';

interface Dependencies extends EndEnrolmentDependencies, ResumePausedDependencies {
  executions: Executions;
  bus: Bus;
  clock: Clock;
}

/** Enrolments of a page that are ended concurrently. */
const concurrency = 8;

/** `refused`: errors of writes that DynamoDB can never take. The page goes on past them. */
async function releasePage(
  dependencies: Dependencies,
  progress: ReleaseProgress,
): Promise<ReleasePage & { refused: unknown[] }> {
  if (progress.kind === 'resume') return { ...(await resumePausedSteps(dependencies, progress)), refused: [] };
  const { enrolments, next } = await listStoppedEnrolments(dependencies, progress);
  const refused = await pastRefused(enrolments, concurrency, (owned) => endStoppedEnrolment(dependencies, owned));
  return { done: enrolments.length - refused.length, next, refused };
}

/**
 * Resumes paused steps at a steady rate, in the order they were paused, or ends all enrolments of a
 * stopped journey. One run does one page and publishes its position, which starts the next run.
 * Safe to crash and to retry: a repeated page finds most of it done. A new pause leaves the rest to
 * the next resumption.
 */
export function resumePausedJourney(dependencies: Dependencies) {
  return async (envelope: unknown): Promise<{ released: number; over: boolean }> => {
    const progress = readReleaseProgress(envelope);
    const page = await releasePage(dependencies, progress);
    if (page.next) await publishReleaseProgress(dependencies, progress, page.next);
    const now = Date.parse(dependencies.clock.now());
    writeLine(metricLine('release', { [progress.kind]: page.done }, { now, journeyId: progress.journeyId }));
    throwRefused(page.refused);
    return { released: page.done, over: page.next === undefined };
  };
}
