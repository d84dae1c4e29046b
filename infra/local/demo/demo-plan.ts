import { type DemoCustomer, type DemoMessage, type DemoPeriod, type DemoVisit, habits } from './demo-customers.ts';
import { hourMs, dayMs } from '#lib/shared/time.ts';

const products = ['lamp', 'chair', 'kettle', 'rug', 'desk', 'vase'] as const;

type Happening = Partial<Pick<DemoMessage, 'properties' | 'traits' | 'anonymousId'>> & {
  type?: DemoMessage['type'];
  name: string;
  channel?: string;
};

/** Time between two messages of a visit, ms. */
const stepMs = 30_000;

/** A visit whose last message is at `at`. */
export function visit(customer: DemoCustomer, at: number, happenings: Happening[]): DemoVisit {
  const messages = happenings.map((happening, i) =>
    toMessage(customer, happening, new Date(at - (happenings.length - 1 - i) * stepMs)),
  );
  return { at, customer, messages };
}

function toMessage(customer: DemoCustomer, happening: Happening, timestamp: Date): DemoMessage {
  const { type = 'track', name, channel = customer.device, ...rest } = happening;
  return {
    type,
    messageId: `${customer.id}-${++customer.sent}`,
    timestamp,
    userId: customer.id,
    event: name,
    name,
    properties: {},
    traits: {},
    context: { channel, timezone: customer.timezone },
    ...rest,
  };
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
