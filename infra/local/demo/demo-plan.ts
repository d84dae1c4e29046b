import { type SharedTime } from '../clock/virtual-clock.ts';
import { type Chance, chance } from './demo-random.ts';
import { hourMs, dayMs } from '../../../lib/shared/time.ts';

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
const habits = {
  loyal: { everyDays: 5, orders: 0.55, activates: 0.8, nps: [8, 10], leavesAfter: Infinity },
  casual: { everyDays: 10, orders: 0.3, activates: 0.55, nps: [6, 9], leavesAfter: Infinity },
  browser: { everyDays: 7, orders: 0.04, activates: 0.35, nps: [5, 8], leavesAfter: 9 },
  leaving: { everyDays: 5, orders: 0.35, activates: 0.4, nps: [1, 6], leavesAfter: 4 },
} as const;

type Habit = keyof typeof habits;

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
const products = ['lamp', 'chair', 'kettle', 'rug', 'desk', 'vase'] as const;

/**
 * Returns the customers of a seed. Each has its own random numbers, so a larger count keeps the
 * first ones.
 */
export function demoCustomers(seed: string, count: number): DemoCustomer[] {
  return Array.from({ length: count }, (_, i) => {
    const luck = chance(seed, 'customer', i);
    const number = String(i + 1).padStart(3, '0');
    return {
      id: `customer-${number}`,
      anonymousId: `visitor-${number}`,
      firstName: luck.pick(firstNames),
      habit: luck.pick([
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
      ]),
      device: luck.pick(['web', 'web', 'mobile']),
      timezone: luck.pick(zones),
      chance: luck,
      sent: 0,
    };
  });
}

type Happening = Partial<Pick<DemoMessage, 'properties' | 'traits' | 'anonymousId'>> & {
  type?: DemoMessage['type'];
  name: string;
  channel?: string;
};

/** Time between two messages of a visit, ms. */
const stepMs = 30_000;

export function visit(customer: DemoCustomer, at: number, happenings: Happening[]): DemoVisit {
  const messages = happenings.map(({ type = 'track', name, channel = customer.device, ...rest }, i): DemoMessage => ({
    type,
    messageId: `${customer.id}-${++customer.sent}`,
    timestamp: new Date(at - (happenings.length - 1 - i) * stepMs),
    userId: customer.id,
    event: name,
    name,
    properties: {},
    traits: {},
    context: { channel, timezone: customer.timezone },
    ...rest,
  }));
  return { at, customer, messages };
}

const opening = ({ device }: DemoCustomer): Happening => ({
  name: device === 'web' ? 'Session Started' : 'Application Opened',
});

const looking = ({ device, chance: luck }: DemoCustomer): Happening[] => [
  { type: device === 'web' ? 'page' : 'screen', name: luck.pick(['Home', 'Catalogue', 'New']) },
  ...Array.from({ length: luck.whole(1, 3) }, () => ({
    name: 'Product Viewed',
    properties: { product: luck.pick(products) },
  })),
];

const order = ({ id, sent, chance: luck }: DemoCustomer, channel?: string): Happening => ({
  name: 'Order Completed',
  properties: { orderId: `${id}-order-${sent}`, revenue: luck.whole(15, 180), currency: 'EUR' },
  ...(channel !== undefined && { channel }),
});

/** A visit to the shop: web page, app, or store. */
export function shopping(customer: DemoCustomer, at: number, { orders }: { orders: number }): DemoVisit[] {
  const { chance: luck } = customer;
  const buys = luck.happens(orders);
  if (buys && luck.happens(0.25)) return [visit(customer, at, [order(customer, 'store')])];
  const looks = [opening(customer), ...looking(customer)];
  if (!buys && !luck.happens(0.3)) return [visit(customer, at, looks)];
  const cart: Happening[] = [...looks, { name: 'Product Added', properties: { product: luck.pick(products) } }];
  if (buys) return [visit(customer, at, [...cart, { name: 'Checkout Started' }, order(customer)])];
  return [visit(customer, at, cart), visit(customer, at + 2 * hourMs, [{ name: 'Cart Abandoned' }])];
}

function signUp(customer: DemoCustomer, at: number): DemoVisit {
  const { id, firstName, anonymousId, chance: luck, timezone } = customer;
  const traits = {
    firstName,
    email: `${id}@example.com`,
    timezone,
    ...(luck.happens(0.15) && { consent: { marketing: false } }),
  };
  return visit(customer, at, [
    { name: 'Product Viewed', properties: { product: luck.pick(products) } },
    { type: 'identify', name: '', traits, anonymousId },
    { name: 'Signed Up', anonymousId },
  ]);
}

/** A visit of an unidentified customer, who has only the browser's anonymous id. */
function anonymousVisit(customer: DemoCustomer, at: number): DemoVisit {
  const anonymous = visit(customer, at, looking(customer));
  return {
    ...anonymous,
    messages: anonymous.messages.map(({ userId: _, ...message }) => ({
      ...(message as DemoMessage), // the library asks for one of the two ids only
      anonymousId: customer.anonymousId,
    })),
  };
}

function feedback(customer: DemoCustomer, at: number): DemoVisit[] {
  const { chance: luck, habit } = customer;
  const [low, high] = habits[habit].nps;
  const score = luck.whole(low, high);
  const answers = [visit(customer, at, [{ name: 'NPS Answered', properties: { score }, channel: 'email' }])];
  if (score >= 9 && luck.happens(0.5))
    answers.push(visit(customer, at + dayMs, [{ name: luck.pick(['Product Reviewed', 'Referral Sent']) }]));
  if (score <= 5 && luck.happens(0.6))
    answers.push(
      visit(customer, at + 3 * hourMs, [
        { name: 'Support Ticket Opened', channel: 'support' },
        { name: 'CSAT Answered', properties: { score: luck.whole(1, 4) }, channel: 'support' },
      ]),
    );
  return answers;
}

/**
 * Returns the visits a customer makes unprompted, in order. Reactions to messages are added later.
 */
export function planVisits(customer: DemoCustomer, { start, end }: DemoPeriod): DemoVisit[] {
  const { chance: luck, habit } = customer;
  const { everyDays, orders, activates, leavesAfter } = habits[habit];
  const first = start + luck.next() * 0.6 * (end - start);
  const signedUp = first + luck.exponential(dayMs);
  const visits = [anonymousVisit(customer, first)];
  if (!luck.happens(0.92)) return visits;
  visits.push(signUp(customer, signedUp));
  if (luck.happens(activates))
    visits.push(visit(customer, signedUp + luck.exponential(2 * dayMs), [opening(customer), { name: 'Activated' }]));
  let at = signedUp;
  for (let n = 0; n < leavesAfter; n++) {
    at += (0.3 + luck.exponential(everyDays)) * dayMs;
    if (at > end) break;
    visits.push(...shopping(customer, at, { orders }));
    if (n === 2) visits.push(...feedback(customer, at + 2 * dayMs));
  }
  return visits.filter((each) => each.at < end).sort((a, b) => a.at - b.at);
}
