import { type Executions } from '#lib/aws/step-functions/executions.ts';
import { type JourneyStore } from '../../publishing/journey-store.ts';
import { type PausedStep, type PausedStepStore } from '../paused-step-store.ts';
import { type ReleasePage, type ReleaseProgress } from './release-progress.ts';

/** The stores and the client that resuming a journey uses. */
export interface ResumePausedDependencies {
  journeys: Pick<JourneyStore, 'readRecord'>;
  held: PausedStepStore;
  executions: Pick<Executions, 'resume'>;
  /** Steps resumed a second. */
  perSecond: number;
  sleep: (ms: number) => Promise<void>;
}

/**
 * Steps resumed in one page: ten seconds of the rate, and at most what fits the minute that a
 * function has.
 */
const secondsPerPage = 10;
const maxPerPage = 500;

async function resumeStep({ executions, held }: ResumePausedDependencies, step: PausedStep): Promise<void> {
  await executions.resume(step.token, { stepId: step.stepId, since: step.since });
  await held.remove(step);
}

/**
 * Resumes one page of a journey's paused steps at a steady rate, in the order they were paused.
 * Resumes none if the journey is paused again. Safe to crash and to repeat.
 */
export async function resumePausedSteps(
  dependencies: ResumePausedDependencies,
  { workspace, journeyId, list, cursor: after }: ReleaseProgress,
): Promise<ReleasePage> {
  const { journeys, held, perSecond, sleep } = dependencies;
  const record = await journeys.readRecord(workspace, journeyId, { consistent: true });
  if (!record || record.state === 'paused') return { done: 0, next: undefined };
  const limit = Math.min(secondsPerPage * perSecond, maxPerPage);
  const page = await held.list({ workspace, journeyId }, { place: { list, after }, limit });
  for (const step of page.held) {
    await resumeStep(dependencies, step);
    await sleep(1_000 / perSecond);
  }
  return { done: page.held.length, next: page.next && { list: page.next.list, cursor: page.next.after } };
}
