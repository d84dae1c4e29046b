import { wallTime } from '../../shared/calendar/wall-time.ts';
import { type Touchpoint } from '../../model/touchpoint.ts';
import { type Workspace } from '../../model/workspace.ts';
import { type Instant } from '../../shared/time.ts';
import { type Profile } from '../../model/profile.ts';
import { homeZone } from './home-zone.ts';

/**
 * Touchpoints that begin a visit or answer a message, so the customer chose the hour. Names are
 * Segment's where it has one. Later touchpoints of the same visit are excluded, as they would count
 * it again.
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

/**
 * Returns whether the customer chose the moment: an engagement event, or a purchase event of the
 * workspace.
 */
export const isEngagement = (name: string, { purchaseEvents }: Pick<Workspace, 'purchaseEvents'>): boolean =>
  engagementEvents.has(name) || purchaseEvents.includes(name);

/** Returns the hour of the day in a time zone. */
export const hourAt = (at: Instant, zone: string): number => Number(wallTime(at, zone).time.slice(0, 2));

type Hours = Profile['hours'];

/** Limit of an hour's count: two characters of base 36. A higher count adds no information. */
const mostTimes = 36 ** 2 - 1;

const none = (): number[] => Array.from({ length: 24 }, () => 0);

/**
 * Returns the hour of an engagement, in the touchpoint's own zone, else the workspace's. The
 * profile's zone is not used, so that the order of folding does not matter.
 */
export function readHours({ name, channel, context }: Touchpoint, at: Instant, workspace: Workspace): Hours {
  if (!isEngagement(name, workspace)) return {};
  const { timezone } = context;
  const traits: Profile['traits'] = typeof timezone === 'string' ? { timezone: { value: timezone, at } } : {};
  const hour = hourAt(at, homeZone({ traits }, workspace));
  return { [channel]: none().with(hour, 1) };
}

/** Adds counts up to the limit. Commutative. */
export const mergeHours = (a: readonly number[], b: readonly number[]): number[] =>
  a.map((n, hour) => Math.min(mostTimes, n + (b[hour] ?? 0)));

/** Packs counts: three characters for each hour with a count, the hour and the count in base 36. */
export const packHours = (hours: readonly number[]): string =>
  hours.map((n, hour) => (n > 0 ? hour.toString(36) + n.toString(36).padStart(2, '0') : '')).join('');

/** The reverse of `packHours`. */
export function unpackHours(text: string): number[] {
  const hours = none();
  for (const [, hour = '', n = ''] of text.matchAll(/(.)(..)/g)) hours[parseInt(hour, 36)] = parseInt(n, 36);
  return hours;
}
