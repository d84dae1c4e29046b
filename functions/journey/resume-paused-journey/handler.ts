import * as z from 'zod';
import { type Bus } from '../../../lib/aws/bus.ts';
import { type Executions } from '../../../lib/aws/step-functions/executions.ts';
import { metricLine, writeLine } from '../../../lib/aws/metrics.ts';
import { pastRefused, throwRefused } from '../../../lib/aws/table/past-refused.ts';
import { Unavailable } from '../../../lib/shared/errors.ts';
import { type EventOf, events } from '../../../lib/model/bus-events.ts';
import { endEnrolmentAndStop, type EndEnrolmentDependencies } from '../../../lib/journey/execution/end-enrolment.ts';
import { type Enrolment } from '../../../lib/journey/enrolment/enrolment-record.ts';
import { deterministicId } from '../../../lib/shared/ids.ts';
import { type PausedStep, type PausedStepStore } from '../../../lib/journey/execution/paused-step-store.ts';
import { type JourneyStore } from '../../../lib/journey/publishing/journey-store.ts';
import { stoppedOutcome } from '../../../lib/journey/publishing/migration.ts';
import { type Clock, type Instant, addMs, minuteMs } from '../../../lib/shared/time.ts';

interface Dependencies extends EndEnrolmentDependencies {
  journeys: JourneyStore;
  held: PausedStepStore;
  executions: Executions;
  bus: Bus;
  clock: Clock;
  perSecond: number;
  sleep: (ms: number) => Promise<void>;
}

const Told = z.discriminatedUnion('detail-type', [
  z.object({ 'detail-type': z.literal('JourneyResumed'), detail: events.JourneyResumed }),
  z.object({ 'detail-type': z.literal('JourneyStopped'), detail: events.JourneyStopped }),
  z.object({ 'detail-type': z.literal('ReleaseAdvanced'), detail: events.ReleaseAdvanced }),
]);

type Advance = EventOf<'ReleaseAdvanced'>;

/** Maximum difference between the clocks of two machines, ms. */
const skew = minuteMs;

/**
 * Whether a stop concerns this enrolment. Includes one that this stop has ended, as the run may
 * have crashed before stopping the execution. Excludes one that started after the stop.
 */
function concerns({ status, outcome, startedAt, endedAt = '' }: Enrolment, since: Instant): boolean {
  if (startedAt > since) return false;
  return status !== 'ended' || (outcome === stoppedOutcome && endedAt > addMs(since, -skew));
}

/** Returns the position in the lists that the event starts from. */
function read(envelope: unknown): Advance {
  const told = Told.parse(envelope);
  if (told['detail-type'] === 'ReleaseAdvanced') return told.detail;
  return { ...told.detail, list: 0, kind: told['detail-type'] === 'JourneyResumed' ? 'resume' : 'stop' };
}

/**
 * Steps resumed in one run: ten seconds of the rate, and at most what fits the function's minute.
 */
const secondsPerRun = 10;
const mostPerRun = 500;

/** Enrolments read in one run of a stop, and ended concurrently. */
const endedPerRun = 100;
const lanes = 8;

/** Position of the next page, or undefined if the work is done or no longer wanted. */
type Next = Pick<Advance, 'list' | 'cursor'> | undefined;

/**
 * Resumes paused steps at a steady rate, in the order they were paused, or ends all enrolments of a
 * stopped journey. One run does one page and publishes its position, which starts the next run.
 * Safe to crash and to retry: a repeated page finds most of it done. A new pause leaves the rest to
 * the next resumption.
 */
export function resumePausedJourney(dependencies: Dependencies) {
  const { journeys, held, executions, enrolments, bus, clock, perSecond, sleep } = dependencies;

  async function letGo(one: PausedStep): Promise<void> {
    await executions.resume(one.token, { stepId: one.stepId, since: one.since });
    await held.remove(one);
  }

  async function resume({ workspace, journeyId, list, cursor: after }: Advance): Promise<[Next, number, unknown[]]> {
    const head = await journeys.readRecord(workspace, journeyId, { consistent: true });
    if (!head || head.state === 'paused') return [undefined, 0, []];
    const place = { list, after };
    const limit = Math.min(secondsPerRun * perSecond, mostPerRun);
    const page = await held.list({ workspace, journeyId }, { place, limit });
    for (const one of page.held) {
      await letGo(one);
      await sleep(1_000 / perSecond);
    }
    return [page.next && { list: page.next.list, cursor: page.next.after }, page.held.length, []];
  }

  /**
   * Ends the enrolments of one page. Passes a customer whose write DynamoDB can never take, and
   * returns the error in `refused`.
   */
  async function stop({ workspace, journeyId, since, cursor }: Advance): Promise<[Next, number, unknown[]]> {
    const page = await enrolments.list({ workspace, journeyId }, { limit: endedPerRun, before: cursor });
    const inside = page.placed.filter(({ enrolment }) => concerns(enrolment, since));
    const refused = await pastRefused(inside, lanes, async (placed) => {
      await endEnrolmentAndStop(dependencies, placed, { outcome: stoppedOutcome, at: clock.now() });
    });
    const next = page.next === undefined ? undefined : { list: 0, cursor: page.next };
    return [next, inside.length - refused.length, refused];
  }

  async function advance({ workspace, journeyId, since, kind }: Advance, next: NonNullable<Next>): Promise<void> {
    const id = deterministicId('release', workspace, journeyId, since, kind, next.list, next.cursor ?? '');
    const detail = { id, workspace, occurredAt: clock.now(), journeyId, since, kind, ...next };
    const refused = await bus.put([{ name: 'ReleaseAdvanced', detail }]);
    if (refused.length > 0) throw new Unavailable('bus.refused', { journeyId });
  }

  return async (envelope: unknown): Promise<{ released: number; over: boolean }> => {
    const told = read(envelope);
    const [next, released, refused] = await (told.kind === 'resume' ? resume(told) : stop(told));
    if (next) await advance(told, next);
    const { journeyId, kind } = told;
    writeLine(metricLine('release', { [kind]: released }, { now: Date.parse(clock.now()), journeyId }));
    throwRefused(refused);
    return { released, over: next === undefined };
  };
}
