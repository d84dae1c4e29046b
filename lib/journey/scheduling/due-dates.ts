import { type BusEvent } from '../../model/bus-events.ts';
import { type Profile } from '../../model/profile.ts';
import { type Workspace } from '../../model/workspace.ts';
import { homeZone } from '../../profile/facts/home-zone.ts';
import { type VersionedProfile } from '../../profile/profile-store.ts';
import { type DueEntry } from '../../segment/membership-index.ts';
import { wallTime } from '../../shared/calendar/wall-time.ts';
import { deterministicId } from '../../shared/ids.ts';
import { addMs, type Instant } from '../../shared/time.ts';
import { buildEntryEvent } from '../enrolment/entry-request.ts';
import { type LiveJourney } from '../publishing/journey-store.ts';
import { liveDefinitionsFor } from '../publishing/live-versions.ts';
import { type DateRule, dateRules, nextDate, triggerId } from './date-entries.ts';
import { maxZoneShiftMs } from './look-ahead.ts';
import { effectiveSince } from './scheduled-entries.ts';

/** What the due dates of a workspace are decided with. */
export interface DateContext {
  settings: Workspace;
  live: readonly LiveJourney[];
  now: Instant;
}

/** Decision on a due date: the entry request, if any, and the next date. */
export interface DueDateDecision {
  due: DueEntry;
  request?: BusEvent;
  next: Instant | undefined;
}

/** What a date is computed from. */
interface DateBasis {
  journey: LiveJourney;
  rule: DateRule;
  traits: Profile['traits'];
  zone: string;
}

/**
 * Returns undefined if the journey admits no customers, has no such trigger any more, or the
 * identity was merged into another customer.
 */
function findBasis(
  { customer, journeyId, trigger }: DueEntry,
  stored: VersionedProfile | undefined,
  { live, settings }: DateContext,
): DateBasis | undefined {
  const journey = live.find((one) => one.journeyId === journeyId);
  const rules = journey ? liveDefinitionsFor([journey], customer).flatMap(dateRules) : [];
  const rule = rules.find((one) => triggerId(one) === trigger);
  if (!journey || !rule || stored?.profile.customer !== customer.customer) return undefined;
  return { journey, rule, traits: stored.profile.traits, zone: homeZone(stored.profile, settings) };
}

/** Recomputes a stored date: the first one after the longest shift before it. */
const recompute = ({ rule, traits, zone }: DateBasis, at: Instant): Instant | undefined =>
  nextDate(rule, traits, { zone, now: addMs(at, -maxZoneShiftMs) });

/**
 * Returns a stored date as today's profile and zone data have it. Returns undefined if it is no
 * date any more.
 */
export function recomputeDate(
  due: DueEntry,
  stored: VersionedProfile | undefined,
  context: DateContext,
): Instant | undefined {
  const basis = findBasis(due, stored, context);
  return basis && recompute(basis, due.at);
}

/** Returns the event that requests the entry. Its id is a hash of customer, day and rule. */
function toEntryEvent({ customer, journeyId, trigger }: DueEntry, basis: DateBasis, at: Instant): BusEvent {
  const { rule, traits, zone } = basis;
  const { date } = wallTime(at, zone);
  const id = deterministicId('date', journeyId, trigger, date, customer.workspace, customer.customer);
  const properties = { date, [rule.trait]: traits[rule.trait]?.value ?? null };
  return buildEntryEvent(customer, { id, journeyId, cause: { messageId: id, name: 'Date Came', at, properties } });
}

/**
 * Decides a due date: whether it requests an entry, and when it falls due next. A date that today's
 * profile or zone data move into the future, or that is older than `effectiveSince`, requests none.
 */
export function decideDueDate(
  due: DueEntry,
  stored: VersionedProfile | undefined,
  context: DateContext,
): DueDateDecision {
  const { now } = context;
  const basis = findBasis(due, stored, context);
  if (!basis) return { due, next: undefined };
  const { journey, rule, traits, zone } = basis;
  const next = nextDate(rule, traits, { zone, now });
  const at = recompute(basis, due.at);
  if (at === undefined || at > now || at < effectiveSince(journey, now)) return { due, next };
  return { due, next, request: toEntryEvent(due, basis, at) };
}
