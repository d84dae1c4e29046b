import { type Bus } from '#lib/aws/bus.ts';
import { pastRefused, throwRefused } from '#lib/aws/table/past-refused.ts';
import { findPermanentRefusal } from '#lib/aws/table/write-refusal.ts';
import { type WorkspaceStore } from '#lib/ingestion/workspace/workspace-store.ts';
import { listShards, partition } from '#lib/model/keys/table-keys.ts';
import { type ProfileStore } from '#lib/profile/profile-store.ts';
import { type DueEntry, type MembershipIndex } from '#lib/segment/membership-index.ts';
import { Unavailable } from '#lib/shared/errors.ts';
import { type Instant } from '#lib/shared/time.ts';
import { type LiveJourney } from '#lib/journey/publishing/journey-store.ts';
import { readSettings } from '#lib/journey/scheduling/begin-schedules.ts';
import { dateRules } from '#lib/journey/scheduling/date-entries.ts';
import { type DateContext, decideDueDate } from '#lib/journey/scheduling/due-dates.ts';
import { reviewDates } from './review-due-dates.ts';

const pageSize = 100;
const lanes = 16;

/** Time that must be left before a page is read, ms. */
const spareMs = 10_000;

/** The stores and the bus that due dates are entered with. */
export interface DateDependencies {
  directory: MembershipIndex;
  profiles: ProfileStore;
  workspaces: Pick<WorkspaceStore, 'settings'>;
  bus: Bus;
  /** The release of zone data that local times follow. */
  zones: string;
}

/** One run over the dates of a workspace. */
export interface DateRun extends DateContext {
  workspace: string;
  /** Milliseconds that are left for the run. */
  timeLeft: () => number;
}

/** Number of entry requests published, and errors of dates that DynamoDB can never reschedule. */
interface Published {
  count: number;
  refused: unknown[];
}

/**
 * Reschedules a date. Removes one that DynamoDB can never reschedule, which would stay due and
 * block the others. Throws in both cases.
 */
async function moveOn(directory: MembershipIndex, due: DueEntry, next: Instant | undefined): Promise<void> {
  try {
    await directory.rescheduleDate(due, next);
  } catch (error) {
    if (findPermanentRefusal(error)) await directory.rescheduleDate(due, undefined);
    throw error;
  }
}

/** Publishes the entry requests of some due dates, then reschedules the dates. */
async function publishDates(
  { directory, profiles, bus }: DateDependencies,
  run: DateRun,
  dates: DueEntry[],
): Promise<Published> {
  const stored = await profiles.getMany(dates.map(({ customer }) => customer));
  const decisions = dates.map((due) => decideDueDate(due, stored.get(partition(due.customer)), run));
  const requests = decisions.flatMap(({ request }) => (request ? [request] : []));
  if ((await bus.put(requests)).length > 0) throw new Unavailable('bus.refused', { workspace: run.workspace });
  const refused = await pastRefused(decisions, lanes, ({ due, next }) => moveOn(directory, due, next));
  return { count: requests.length, refused };
}

/**
 * Publishes the due dates of one shard, a page at a time. The index may lag behind the
 * rescheduling, so each row is processed once a run, and a page grows by the rows that it repeats.
 */
async function publishShard(dependencies: DateDependencies, run: DateRun, shard: number): Promise<Published[]> {
  const { workspace, now, timeLeft } = run;
  const published: Published[] = [];
  const seen = new Set<string>();
  for (let repeated = 0; timeLeft() > spareMs;) {
    const limit = pageSize + repeated;
    const rows = await dependencies.directory.due({ workspace, shard }, { upTo: now, limit });
    const fresh = rows.filter((row) => !seen.has(JSON.stringify(row)));
    published.push(await publishDates(dependencies, run, fresh));
    for (const row of fresh) seen.add(JSON.stringify(row));
    if (rows.length < limit) break;
    repeated = rows.length - fresh.length;
  }
  return published;
}

/** A workspace whose dates may be due. */
export interface DueWorkspace {
  workspace: string;
  live: readonly LiveJourney[];
  now: Instant;
}

/**
 * Publishes an entry request for every due date, such as a birthday, and reschedules the dates.
 * Returns the number of requests. Dates left for lack of time stay due. Publishes before it
 * reschedules, under ids made of customer and day: a crash in between publishes again, and
 * admission is idempotent. A date whose trait changed is not published; relay reschedules it. A
 * closed journey loses its dates; `functions/segment/backfill-segments` makes them again.
 */
export async function enterDueDates(
  dependencies: DateDependencies,
  due: DueWorkspace,
  timeLeft: () => number,
): Promise<number> {
  const hasDates = due.live.some(({ versions }) => versions.some(({ definition }) => dateRules(definition).length > 0));
  if (!hasDates) return 0;
  const run = { ...due, settings: await readSettings(dependencies.workspaces, due.workspace), timeLeft };
  const published: Published[] = [];
  for (let shard = 0; shard < listShards; shard++) published.push(...(await publishShard(dependencies, run, shard)));
  await reviewDates(dependencies, run);
  throwRefused(published.flatMap(({ refused }) => refused));
  return published.reduce((sum, { count }) => sum + count, 0);
}
