import { type Bus } from '../../../lib/aws/bus.ts';
import { pastRefused, throwRefused } from '../../../lib/aws/table/past-refused.ts';
import { findPermanentRefusal } from '../../../lib/aws/table/write-refusal.ts';
import { wallTime } from '../../../lib/shared/calendar/wall-time.ts';
import { Unavailable } from '../../../lib/shared/errors.ts';
import { type BusEvent } from '../../../lib/model/bus-events.ts';
import { customerId } from '../../../lib/model/customer.ts';
import { type WorkspaceStore } from '../../../lib/ingestion/workspace/workspace-store.ts';
import { Workspace } from '../../../lib/model/workspace.ts';
import { listShards, partition } from '../../../lib/model/keys/table-keys.ts';
import { type DueEntry, type DateReview, type MembershipIndex } from '../../../lib/segment/membership-index.ts';
import { type Profile } from '../../../lib/model/profile.ts';
import { type ProfileStore, type VersionedProfile } from '../../../lib/profile/profile-store.ts';
import { homeZone } from '../../../lib/profile/facts/home-zone.ts';
import { type Instant, addMs, dayMs } from '../../../lib/shared/time.ts';
import { type DateRule, dateRules, triggerId, nextDate } from '../../../lib/journey/scheduling/date-entries.ts';
import { liveDefinitionsFor } from '../../../lib/journey/publishing/live-versions.ts';
import { deterministicId } from '../../../lib/shared/ids.ts';
import { type LiveJourney } from '../../../lib/journey/publishing/journey-store.ts';
import { effectiveSince } from '../../../lib/journey/scheduling/scheduled-entries.ts';

const pageSize = 100;
const lanes = 16;

/** Time that must be left before a page is read, ms. */
const spareMs = 10_000;

interface Due {
  workspace: string;
  live: readonly LiveJourney[];
  now: Instant;
}

/** Decision on a due date: the entry request, if any, and the next date. */
interface Verdict {
  due: DueEntry;
  knock?: BusEvent;
  next: Instant | undefined;
}

export interface DateEntries {
  /**
   * Publishes an entry request for every due date, and reschedules the dates. Returns their number.
   * Dates left for lack of time stay due.
   */
  comeDue(due: Due, timeLeft: () => number): Promise<number>;
}

interface Dependencies {
  directory: MembershipIndex;
  profiles: ProfileStore;
  workspaces: Pick<WorkspaceStore, 'settings'>;
  bus: Bus;
  /** The release of zone data that local times follow. */
  zones: string;
}

type Judging = Due & { settings: Workspace };

/** What a date is computed from. */
interface Basis {
  journey: LiveJourney;
  rule: DateRule;
  traits: Profile['traits'];
  zone: string;
}

/**
 * Maximum shift of a local time by new zone data, ms: a country crosses the date line. Dates are
 * recomputed this long before they fall due.
 */

/**
 * Returns undefined if the journey admits no customers, has no such trigger any more, or the
 * identity was merged into another customer.
 */
function basisOf(due: DueEntry, stored: VersionedProfile | undefined, { live, settings }: Judging): Basis | undefined {
  const { customer, journeyId, trigger } = due;
  const journey = live.find((one) => one.journeyId === journeyId);
  const rules = journey ? liveDefinitionsFor([journey], customer).flatMap(dateRules) : [];
  const rule = rules.find((one) => triggerId(one) === trigger);
  if (!journey || !rule || stored?.profile.customer !== customer.customer) return undefined;
  return { journey, rule, traits: stored.profile.traits, zone: homeZone(stored.profile, settings) };
}

/**
 * Recomputes a stored date with today's profile and zone data: the first one after the day before.
 */
const reworked = ({ rule, traits, zone }: Basis, at: Instant): Instant | undefined =>
  nextDate(rule, traits, { zone, now: addMs(at, -dayMs) });

function judge(due: DueEntry, stored: VersionedProfile | undefined, judging: Judging): Verdict {
  const { customer, journeyId, trigger } = due;
  const { now } = judging;
  const basis = basisOf(due, stored, judging);
  if (!basis) return { due, next: undefined };
  const { journey, rule, traits, zone } = basis;
  const next = nextDate(rule, traits, { zone, now });
  const at = reworked(basis, due.at);
  if (at === undefined || at > now || at < effectiveSince(journey, now)) return { due, next };
  const { date } = wallTime(at, zone);
  const id = deterministicId('date', journeyId, trigger, date, customer.workspace, customer.customer);
  const properties = { date, [rule.trait]: traits[rule.trait]?.value ?? null };
  const cause = { messageId: id, name: 'Date Came', at, properties };
  const head = { id, ...customer, customerId: customerId(customer.customer), occurredAt: at };
  return { due, next, knock: { name: 'EntryTriggered', detail: { ...head, journeyId, cause } } };
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

/** Number of entry requests published, and errors of dates that DynamoDB can never reschedule. */
interface Published {
  count: number;
  refused: unknown[];
}

async function publishDue(dependencies: Dependencies, judging: Judging, timeLeft: () => number): Promise<Published> {
  const { directory, profiles, bus } = dependencies;
  const { workspace, now } = judging;
  const published: Published = { count: 0, refused: [] };
  for (let shard = 0; shard < listShards; shard++) {
    // The index may lag, so a row is processed once a run.
    const seen = new Set<string>();
    for (let passed = 0; timeLeft() > spareMs;) {
      const limit = pageSize + passed;
      const rows = await directory.due({ workspace, shard }, { upTo: now, limit });
      const fresh = rows.filter((row) => !seen.has(JSON.stringify(row)));
      const known = await profiles.getMany(fresh.map(({ customer }) => customer));
      const verdicts = fresh.map((row) => judge(row, known.get(partition(row.customer)), judging));
      const knocks = verdicts.flatMap(({ knock }) => (knock ? [knock] : []));
      if ((await bus.put(knocks)).length > 0) throw new Unavailable('bus.refused', { workspace });
      published.refused.push(...(await pastRefused(verdicts, lanes, ({ due, next }) => moveOn(directory, due, next))));
      for (const row of fresh) seen.add(JSON.stringify(row));
      published.count += knocks.length;
      if (rows.length < limit) break;
      passed = rows.length - fresh.length;
    }
  }
  return published;
}

/**
 * Reschedules dates of a page that new zone data shifts. One that is no date any more, or is
 * refused, is handled when due.
 */
async function moveDates({ directory, profiles }: Dependencies, judging: Judging, rows: DueEntry[]): Promise<void> {
  const known = await profiles.getMany(
    rows.map(({ customer }) => customer),
    { consistent: false },
  );
  await pastRefused(rows, lanes, async (row) => {
    const basis = basisOf(row, known.get(partition(row.customer)), judging);
    const at = basis && reworked(basis, row.at);
    if (at !== undefined && at !== row.at) await directory.rescheduleDate(row, at);
  });
}

/**
 * Recomputes dates that fall due within a day: each once, and all of them after the zone data
 * changed. Safe to crash: the checkpoint is written at the end, so the next run repeats the work,
 * which reschedules no date twice.
 */
async function lookAhead(dependencies: Dependencies, judging: Judging, timeLeft: () => number): Promise<void> {
  const { directory, zones } = dependencies;
  const { workspace, now } = judging;
  const upTo = addMs(now, dayMs);
  const last = await directory.dateReview(workspace);
  const after = last?.zones === zones && last.through > now ? last.through : now;
  let found = 0;
  for (let shard = 0; shard < listShards; shard++) {
    const rows = await directory.due({ workspace, shard }, { after, upTo });
    for (let i = 0; i < rows.length; i += pageSize) {
      if (timeLeft() < spareMs) return;
      await moveDates(dependencies, judging, rows.slice(i, i + pageSize));
    }
    found += rows.length;
  }
  const review: DateReview = { through: upTo, zones };
  if (found > 0 || last?.zones !== zones) await directory.noteDateReview(workspace, review);
}

/**
 * Creates the entries of date triggers such as birthdays. Publishes before it reschedules, under
 * ids made of customer and day: a crash in between publishes again, and admission is idempotent. A
 * date whose trait changed is not published; relay reschedules it. A closed journey loses its
 * dates; `functions/segment/backfill-segments` makes them again.
 */
export function createDateEntries(dependencies: Dependencies): DateEntries {
  return {
    async comeDue(due, timeLeft) {
      const { workspace, live } = due;
      if (!live.some(({ versions }) => versions.some(({ definition }) => dateRules(definition).length > 0))) return 0;
      const found = await dependencies.workspaces.settings(workspace);
      const judging = { ...due, settings: found ?? Workspace.parse({ id: workspace, name: workspace }) };
      const { count, refused } = await publishDue(dependencies, judging, timeLeft);
      await lookAhead(dependencies, judging, timeLeft);
      throwRefused(refused);
      return count;
    },
  };
}
