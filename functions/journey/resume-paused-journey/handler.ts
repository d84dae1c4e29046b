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
import { type Clock, type Instant, addMs } from '../../../lib/shared/time.ts';

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

/** What clocks of two machines may differ by. Milliseconds. */
const skew = 60_000;

/**
 * Who was inside when the journey was stopped. Those too whom this stop has ended: the run that did may have died before it stopped the
 * execution. Who entered since, by a later publication, stays.
 */
function concerns({ status, outcome, startedAt, endedAt = '' }: Enrolment, since: Instant): boolean {
  if (startedAt > since) return false;
  return status !== 'ended' || (outcome === stoppedOutcome && endedAt > addMs(since, -skew));
}

/** Where the way through the lists begins. */
function read(envelope: unknown): Advance {
  const told = Told.parse(envelope);
  if (told['detail-type'] === 'ReleaseAdvanced') return told.detail;
  return { ...told.detail, list: 0, kind: told['detail-type'] === 'JourneyResumed' ? 'resume' : 'stop' };
}

/** People let go on in one run: ten seconds of the steady rate, and no more than fit the function's minute at any rate. */
const secondsPerRun = 10;
const mostPerRun = 500;

/** Enrolments looked at in one run when a journey is stopped, and ended at once. */
const endedPerRun = 100;
const lanes = 8;

/** What is next on the way; undefined when everybody was seen, or it is no longer to be done. */
type Next = Pick<Advance, 'list' | 'cursor'> | undefined;

/**
 * Lets people go on who were held while a journey was paused, at a steady rate and in the order they were held, and ends everybody when a
 * journey is stopped. One run does a page and tells the bus how far it has come, which starts the next; a run that dies or is told again
 * does its page again, which finds most of it done. Paused anew, it leaves the rest to the next resumption.
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

  /** Past a customer whose write DynamoDB will never take; `refused` is why. */
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
