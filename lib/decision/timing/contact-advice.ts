import * as z from 'zod';
import { atWall, daysOn, wallTime } from '../../shared/calendar/wall-time.ts';
import { type FrequencyCap, type Workspace } from '../../model/workspace.ts';
import { hourAt } from '../../profile/facts/engagement-hours.ts';
import { type Profile } from '../../model/profile.ts';
import { homeZone } from '../../profile/facts/home-zone.ts';
import { durationMs, Instant, dayMs } from '../../shared/time.ts';
import { type ContactAdvice, type SendAt } from '../choice/decision.ts';
import { type FrequencyRule, mostContacts } from './contact-frequency.ts';
import { bestHour, type Hours, hoursOf, noHours } from './send-time.ts';

const DayHours = z.array(z.number()).length(24);

/**
 * Strength of a level. null disables it: it did not predict later actions better than the level
 * above.
 */
const Strength = z.number().nullable();

/**
 * When the customers of a workspace act, and how they answer messages. A job learns it from the
 * customers for whom decisions were made last.
 */
export const WorkspaceSendTimeStats = z.object({
  at: Instant,
  all: DayHours,
  channels: z.record(z.string(), DayHours),
  strengths: z.object({ segment: Strength, customer: Strength }),
  /** Response rate by the number of messages in the seven days before. */
  decay: z.array(z.number()),
});
export type WorkspaceSendTimeStats = z.infer<typeof WorkspaceSendTimeStats>;

/** What advice depends on. `channel` defaults to the one with most of the customer's actions. */
export interface AdviceInput {
  habits?: WorkspaceSendTimeStats | undefined;
  workspace: Pick<Workspace, 'timezone' | 'caps'>;
  channel?: string | undefined;
  now: Instant;
}

const total = (hours: Hours = []): number => hours.reduce((sum, n) => sum + n, 0);

/** Returns the channel with most of the customer's actions. */
const busiest = ({ hours }: Pick<Profile, 'hours'>): string | undefined =>
  Object.entries(hours).reduce<[string, number] | undefined>(
    (most, [channel, of]) => (most && most[1] >= total(of) ? most : [channel, total(of)]),
    undefined,
  )?.[0];

/** Returns when the hour next begins in the zone. Returns `now` during that hour. */
function nextAt(hour: number, zone: string, now: Instant): Instant {
  const here = hourAt(now, zone);
  if (hour === here) return now;
  const { date } = wallTime(now, zone);
  return atWall({ date: hour > here ? date : daysOn(date, 1), time: `${String(hour).padStart(2, '0')}:00` }, zone);
}

const hoursOn = (byChannel: Record<string, number[]>, channel: string): number[] | undefined =>
  Object.hasOwn(byChannel, channel) ? byChannel[channel] : undefined;

type Strengths = Parameters<typeof hoursOf>[2];

const strengthsOf = ({ strengths }: WorkspaceSendTimeStats): Strengths => ({
  segment: strengths.segment ?? Infinity,
  customer: strengths.customer ?? Infinity,
});

/** Returns the finest level whose hours changed the advice. */
function basisOf(
  strengths: Strengths,
  { own, shared }: { own: Hours | undefined; shared: Hours | undefined },
): SendAt['basis'] {
  if (strengths.customer < Infinity && total(own) > 0) return 'customer';
  return strengths.segment < Infinity && total(shared) > 0 ? 'channel' : 'everybody';
}

/**
 * Returns the hour at which the customer is likeliest to act on a channel. The customer's hours are
 * shrunk towards the channel's, those towards all customers'. A level that did not predict better
 * (`chosenStrengths`) is skipped. Returns undefined while the workspace has no recorded actions.
 */
export function adviseSendTime(
  profile: Profile,
  { habits, workspace, channel = busiest(profile) ?? '', now }: AdviceInput,
): SendAt | undefined {
  if (!habits || total(habits.all) === 0) return undefined;
  const own = hoursOn(profile.hours, channel);
  const shared = hoursOn(habits.channels, channel);
  const strengths = strengthsOf(habits);
  const known = {
    all: habits.all,
    segments: new Map([[channel, shared ?? noHours()]]),
    customers: new Map([[profile.customer, own ?? noHours()]]),
  };
  const hour = bestHour(hoursOf(known, { customer: profile.customer, segment: channel }, strengths));
  const at = nextAt(hour, homeZone(profile, workspace), now);
  return { hour, at, basis: basisOf(strengths, { own, shared }) };
}

/** Rolling window in which messages are counted, ms. */
export const spanMs = 7 * dayMs;

/** Maximum number of messages in seven days where the workspace has no cap: one a day. */
const mostUncapped = 7;

/** Returns how many messages a cap allows in seven days at most. */
const inSpan = ({ max, within }: FrequencyCap): number => max * Math.max(1, Math.ceil(spanMs / durationMs(within)));

/**
 * Returns the maximum of marketing messages in seven days by the caps, and the recommended number
 * by the value of responses and the cost of messages.
 */
export function adviseContact(
  { habits, workspace: { caps }, channel }: Pick<AdviceInput, 'habits' | 'workspace' | 'channel'>,
  { value, cost }: Omit<FrequencyRule, 'hardCap'>,
): ContactAdvice {
  const applying = caps.filter(
    (cap) => (cap.purpose ?? 'marketing') === 'marketing' && (cap.channel === undefined || cap.channel === channel),
  );
  const max = applying.length > 0 ? Math.min(...applying.map(inSpan)) : mostUncapped;
  return { max, recommended: mostContacts(habits?.decay ?? [], { value, cost, hardCap: max }) };
}
