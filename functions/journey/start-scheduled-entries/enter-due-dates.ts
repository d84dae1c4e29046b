import { type Bus } from '../../../lib/aws/bus.ts';
import { pastRefused, throwRefused } from '../../../lib/aws/table/past-refused.ts';
import { findPermanentRefusal } from '../../../lib/aws/table/write-refusal.ts';
import { wallTime } from '../../../lib/shared/calendar/wall-time.ts';
import { Unavailable } from '../../../lib/shared/errors.ts';
import { type BusEvent } from '../../../lib/model/bus-events.ts';
import { customerId } from '../../../lib/model/customer.ts';
import { type WorkspaceStore } from '../../../lib/ingestion/workspace/workspace-store.ts';
import { Workspace } from '../../../lib/model/workspace.ts';
import { listShards, partition } from '../../../lib/model/table-keys.ts';
import { type DueEntry, type DateReview, type MembershipIndex } from '../../../lib/segment/membership-index.ts';
import { type Profile } from '../../../lib/model/profile.ts';
import { type ProfileStore, type VersionedProfile } from '../../../lib/profile/profile-store.ts';
import { homeZone } from '../../../lib/profile/facts/home-zone.ts';
import { type Instant, addMs } from '../../../lib/shared/time.ts';
import { type DateRule, dateRules, triggerId, nextDate } from '../../../lib/journey/scheduling/date-entries.ts';
import { liveDefinitionsFor } from '../../../lib/journey/publishing/live-versions.ts';
import { deterministicId } from '../../../lib/shared/ids.ts';
import { type LiveJourney } from '../../../lib/journey/publishing/journey-store.ts';
import { effectiveSince } from '../../../lib/journey/scheduling/scheduled-entries.ts';

const pageSize = 100;
const lanes = 16;

/** A page is begun only with this much time left. Milliseconds. */
const spareMs = 10_000;

interface Due {
  workspace: string;
  live: readonly LiveJourney[];
  now: Instant;
}

/** What becomes of a date that is due: who knocks, and when the date comes next. */
interface Verdict {
  due: DueEntry;
  knock?: BusEvent;
  next: Instant | undefined;
}

export interface DateEntries {
  /** Leads everybody whose date is due to the door, and moves their dates on. Answers how many. What there is no time for stays due. */
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

/** What a date is worked out from. */
interface Basis {
  journey: LiveJourney;
  rule: DateRule;
  traits: Profile['traits'];
  zone: string;
}

/** Longest way that new zone data moves a local time: a country that crosses the date line. A date is worked out anew as long before. */
const dayMs = 86_400_000;

/** Undefined where the journey takes nobody in, has the rule no more, or the customer is another now. */
function basisOf(due: DueEntry, stored: VersionedProfile | undefined, { live, settings }: Judging): Basis | undefined {
  const { customer, journeyId, trigger } = due;
  const journey = live.find((one) => one.journeyId === journeyId);
  const rules = journey ? liveDefinitionsFor([journey], customer).flatMap(dateRules) : [];
  const rule = rules.find((one) => triggerId(one) === trigger);
  if (!journey || !rule || stored?.profile.customer !== customer.customer) return undefined;
  return { journey, rule, traits: stored.profile.traits, zone: homeZone(stored.profile, settings) };
}

/** The moment that was written down as `at`, by today's profile and zone data: the first after the day before. */
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

/** A date that cannot be moved on, ever, is taken away: it would be due for good, and stand before all others. */
async function moveOn(directory: MembershipIndex, due: DueEntry, next: Instant | undefined): Promise<void> {
  try {
    await directory.rescheduleDate(due, next);
  } catch (error) {
    if (findPermanentRefusal(error)) await directory.rescheduleDate(due, undefined);
    throw error;
  }
}

/** How many were published, and the errors of dates that DynamoDB will never move on. */
interface Published {
  count: number;
  refused: unknown[];
}

async function publishDue(dependencies: Dependencies, judging: Judging, timeLeft: () => number): Promise<Published> {
  const { directory, profiles, bus } = dependencies;
  const { workspace, now } = judging;
  const published: Published = { count: 0, refused: [] };
  for (let shard = 0; shard < listShards; shard++) {
    // The index may lag: whoever was seen to in this run is passed over.
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

/** Moves dates of a page that today's zone data puts elsewhere. One that is no date any more, or that is refused, is handled when due. */
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
 * Works dates out anew when they fall due within a day: once each, and all of the next day again after the zone data changed. A crash, or
 * too little time, leaves the note of how far it came as it was: the next run does it again, which moves nothing twice.
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
 * Dates that let customers in: birthdays, renewals. What is due is told first and moved on afterwards, under ids made of the customer and
 * the day, so that a death in between tells it again and the door knows. A date whose trait has changed meanwhile tells nothing: the
 * profile counts, and relay has moved the date or is about to. A date that new zone data puts elsewhere is moved a day before; one that
 * was missed then is published when it is due by the old data, or moved if it lies later. A journey that takes nobody in loses its dates; they are made anew when
 * it takes people in again (`functions/segment/backfill-segments`).
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
