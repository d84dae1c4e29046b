import { type Bus } from '../../../lib/aws/bus.ts';
import { pastRefused, throwRefused } from '../../../lib/aws/past-refused.ts';
import { permanentRefusal } from '../../../lib/aws/write-refusal.ts';
import { wallTime } from '../../../lib/calendar.ts';
import { Unavailable } from '../../../lib/errors.ts';
import { type BusEvent } from '../../../lib/events.ts';
import { customerId } from '../../../lib/identity/customer.ts';
import { type WorkspaceStore } from '../../../lib/ingestion/store.ts';
import { Workspace } from '../../../lib/ingestion/workspace.ts';
import { listShards, partition } from '../../../lib/keys.ts';
import { type ComeDue, type Directory } from '../../../lib/profile/directory.ts';
import { type ProfileStore, type Stored } from '../../../lib/profile/store.ts';
import { homeZone } from '../../../lib/profile/zone.ts';
import { type Instant, plus } from '../../../lib/time.ts';
import { dateRules, nameOfRule, nextDate } from '../../../lib/journey/date-trigger.ts';
import { doorsFor } from '../../../lib/journey/doors.ts';
import { nameOf } from '../../../lib/journey/enrolment.ts';
import { type LiveJourney } from '../../../lib/journey/journey-store.ts';
import { countsFrom } from '../../../lib/journey/launches.ts';

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
  due: ComeDue;
  knock?: BusEvent;
  next: Instant | undefined;
}

export interface DateEntries {
  /** Leads everybody whose date is due to the door, and moves their dates on. Answers how many. What there is no time for stays due. */
  comeDue(due: Due, timeLeft: () => number): Promise<number>;
}

/**
 * Dates that let customers in: birthdays, renewals. What is due is told first and moved on afterwards, under ids made of the customer and
 * the day, so that a death in between tells it again and the door knows. A date whose trait has changed meanwhile tells nothing: the
 * profile counts, and relay has moved the date or is about to. A journey that takes nobody in loses its dates; they are made anew when
 * it takes people in again (`functions/profile/refresh`).
 */
export function dateEntries({
  directory,
  profiles,
  workspaces,
  bus,
}: {
  directory: Directory;
  profiles: ProfileStore;
  workspaces: Pick<WorkspaceStore, 'settings'>;
  bus: Bus;
}): DateEntries {
  function judge(
    due: ComeDue,
    stored: Stored | undefined,
    { live, now, settings }: Due & { settings: Workspace },
  ): Verdict {
    const { customer, journeyId, trigger, at } = due;
    const journey = live.find((one) => one.journeyId === journeyId);
    const rules = journey ? doorsFor([journey], customer).flatMap(dateRules) : [];
    const rule = rules.find((one) => nameOfRule(one) === trigger);
    if (!journey || !rule || stored?.profile.customer !== customer.customer) return { due, next: undefined };
    const { traits } = stored.profile;
    const zone = homeZone(stored.profile, settings);
    const next = nextDate(rule, traits, { zone, now });
    const isTrue = nextDate(rule, traits, { zone, now: plus(at, -1) }) === at;
    if (!isTrue || at < countsFrom(journey, now)) return { due, next };
    const { date } = wallTime(at, zone);
    const id = nameOf('date', journeyId, trigger, date, customer.workspace, customer.customer);
    const properties = { date, [rule.trait]: traits[rule.trait]?.value ?? null };
    const cause = { messageId: id, name: 'Date Came', at, properties };
    const head = { id, ...customer, customerId: customerId(customer.customer), occurredAt: at };
    return { due, next, knock: { name: 'EntryTriggered', detail: { ...head, journeyId, cause } } };
  }

  /** A date that cannot be moved on, ever, is taken away: it would be due for good, and stand before all others. */
  async function moveOn({ due, next }: Verdict): Promise<void> {
    try {
      await directory.dateOn(due, next);
    } catch (error) {
      if (permanentRefusal(error)) await directory.dateOn(due, undefined);
      throw error;
    }
  }

  async function comeDue(due: Due, timeLeft: () => number): Promise<number> {
    const { workspace, now } = due;
    const settings = (await workspaces.settings(workspace)) ?? Workspace.parse({ id: workspace, name: workspace });
    let told = 0;
    const refused: unknown[] = [];
    for (let shard = 0; shard < listShards; shard++) {
      // The index may lag: whoever was seen to in this run is passed over.
      const seen = new Set<string>();
      for (let passed = 0; timeLeft() > spareMs;) {
        const limit = pageSize + passed;
        const rows = await directory.due({ workspace, shard }, { upTo: now, limit });
        const fresh = rows.filter((row) => !seen.has(JSON.stringify(row)));
        const known = await profiles.getMany(fresh.map(({ customer }) => customer));
        const verdicts = fresh.map((row) => judge(row, known.get(partition(row.customer)), { ...due, settings }));
        const knocks = verdicts.flatMap(({ knock }) => (knock ? [knock] : []));
        if ((await bus.put(knocks)).length > 0) throw new Unavailable('bus.refused', { workspace });
        refused.push(...(await pastRefused(verdicts, lanes, moveOn)));
        for (const row of fresh) seen.add(JSON.stringify(row));
        told += knocks.length;
        if (rows.length < limit) break;
        passed = rows.length - fresh.length;
      }
    }
    throwRefused(refused);
    return told;
  }

  return {
    comeDue: (due, timeLeft) =>
      due.live.some(({ versions }) => versions.some(({ definition }) => dateRules(definition).length > 0))
        ? comeDue(due, timeLeft)
        : Promise.resolve(0),
  };
}
