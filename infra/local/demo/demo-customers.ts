import { type SharedTime } from '../clock/virtual-clock.ts';
import { type Chance, chance } from './demo-random.ts';

/** Input of the source thread: URL, key and clock. */
export interface SourceData {
  url: string;
  writeKey: string;
  time: SharedTime;
}

/** A message as Segment's library takes it. */
export interface DemoMessage {
  type: 'track' | 'identify' | 'page' | 'screen';
  messageId: string;
  timestamp: Date;
  userId: string;
  anonymousId?: string;
  event: string;
  name: string;
  properties: Record<string, unknown>;
  traits: Record<string, unknown>;
  context: { channel: string; timezone: string };
}

/** One visit of one customer: its messages in order, the last one at `at`. */
export interface DemoVisit {
  at: number;
  customer: DemoCustomer;
  messages: DemoMessage[];
}

/**
 * Per habit: days between visits, share of visits with an order, share who activate, satisfaction,
 * and when they leave.
 */
export const habits = {
  loyal: { everyDays: 5, orders: 0.55, activates: 0.8, nps: [8, 10], leavesAfter: Infinity },
  casual: { everyDays: 10, orders: 0.3, activates: 0.55, nps: [6, 9], leavesAfter: Infinity },
  browser: { everyDays: 7, orders: 0.04, activates: 0.35, nps: [5, 8], leavesAfter: 9 },
  leaving: { everyDays: 5, orders: 0.35, activates: 0.4, nps: [1, 6], leavesAfter: 4 },
} as const;

type Habit = keyof typeof habits;

/** A customer of the demo, with its own random numbers. */
export interface DemoCustomer {
  id: string;
  anonymousId: string;
  firstName: string;
  habit: Habit;
  device: 'web' | 'mobile';
  timezone: string;
  chance: Chance;
  sent: number;
}

/** Period of the demo, ms since 1970. */
export interface DemoPeriod {
  start: number;
  end: number;
}

const firstNames = [
  'Ada',
  'Ben',
  'Chloe',
  'Dara',
  'Emil',
  'Freya',
  'Gil',
  'Hana',
  'Ivo',
  'Jisoo',
  'Kai',
  'Lena',
] as const;
const zones = ['Europe/Berlin', 'Asia/Seoul', 'America/New_York', 'UTC'] as const;

/**
 * Returns the customers of a seed. Each has its own random numbers, so a larger count keeps the
 * first ones.
 */
export function demoCustomers(seed: string, count: number): DemoCustomer[] {
  return Array.from({ length: count }, (_, i) => demoCustomer(seed, i));
}

/** Habits, as often as they occur among ten customers. */
const habitsOfTen = [
  'loyal',
  'loyal',
  'casual',
  'casual',
  'casual',
  'browser',
  'browser',
  'leaving',
  'leaving',
  'leaving',
] as const;

function demoCustomer(seed: string, index: number): DemoCustomer {
  const luck = chance(seed, 'customer', index);
  const number = String(index + 1).padStart(3, '0');
  return {
    id: `customer-${number}`,
    anonymousId: `visitor-${number}`,
    firstName: luck.pick(firstNames),
    habit: luck.pick(habitsOfTen),
    device: luck.pick(['web', 'web', 'mobile']),
    timezone: luck.pick(zones),
    chance: luck,
    sent: 0,
  };
}
