import { wallTime } from '../../shared/calendar/wall-time.ts';
import { type Touchpoint } from '../../model/touchpoint.ts';
import { type Workspace } from '../../model/workspace.ts';
import { type Instant } from '../../shared/time.ts';
import { type Profile } from '../../model/profile.ts';
import { homeZone } from './home-zone.ts';

/**
 * Touchpoints that begin a visit or answer a message, by Segment's names where it has one: the customer chose the hour. What follows in the
 * same visit would only count it again.
 */
const engagementEvents = new Set([
  'Application Opened',
  'Session Started',
  'Signed In',
  'Email Opened',
  'Email Link Clicked',
  'Push Notification Tapped',
  'SMS Link Clicked',
  'In-App Message Opened',
]);

/** Whether the customer chose the moment: acts, and what the workspace calls a purchase. */
export const isEngagement = (name: string, { purchaseEvents }: Pick<Workspace, 'purchaseEvents'>): boolean =>
  engagementEvents.has(name) || purchaseEvents.includes(name);

/** The hour on the clocks of a zone. */
export const hourAt = (at: Instant, zone: string): number => Number(wallTime(at, zone).time.slice(0, 2));

type Hours = Profile['hours'];

/** Most times an hour is counted: two characters of base 36. An hour that full tells no more. */
const mostTimes = 36 ** 2 - 1;

const none = (): number[] => Array.from({ length: 24 }, () => 0);

/** The hour of an act, in the zone the touchpoint itself names, else the workspace's: whatever else is folded before or after. */
export function readHours({ name, channel, context }: Touchpoint, at: Instant, workspace: Workspace): Hours {
  if (!isEngagement(name, workspace)) return {};
  const { timezone } = context;
  const traits: Profile['traits'] = typeof timezone === 'string' ? { timezone: { value: timezone, at } } : {};
  const hour = hourAt(at, homeZone({ traits }, workspace));
  return { [channel]: none().with(hour, 1) };
}

/** Sums, in any order. */
export const mergeHours = (a: readonly number[], b: readonly number[]): number[] =>
  a.map((n, hour) => Math.min(mostTimes, n + (b[hour] ?? 0)));

/** Three characters for each hour that is not empty: the hour, and how often, in base 36. */
export const packHours = (hours: readonly number[]): string =>
  hours.map((n, hour) => (n > 0 ? hour.toString(36) + n.toString(36).padStart(2, '0') : '')).join('');

export function unpackHours(text: string): number[] {
  const hours = none();
  for (const [, hour = '', n = ''] of text.matchAll(/(.)(..)/g)) hours[parseInt(hour, 36)] = parseInt(n, 36);
  return hours;
}
