import { mapConcurrent } from '../../lib/shared/concurrency.ts';
import { type Item } from '../../lib/aws/table/dynamo-table.ts';
import { type Profile } from '../../lib/model/profile.ts';
import { allRows, profilesIn, rowsIn } from './table-rows.ts';
import { type Message, type World } from './world.ts';

const kinds = ['activates', 'buys', 'unsubscribes', 'returns', 'valuable', 'was anonymous'] as const;
type Kind = (typeof kinds)[number];

interface Actor {
  id: string;
  kind: Kind;
}

const actors: Actor[] = Array.from({ length: 24 }, (_, i) => ({ id: `actor-${i}`, kind: kinds[i % kinds.length]! }));

const called = (...wanted: Kind[]): Actor[] => actors.filter(({ kind }) => wanted.includes(kind));

/** A message of an actor; `minute` sets it apart from the others of its day. */
type Line = Message & { minute?: number };

/** Sends until it is taken, as every SDK does. */
async function insist(world: World, path: string, body: unknown): Promise<void> {
  for (let tries = 1; ; tries++) {
    const { status, body: answer } = await world.call('POST', path, body);
    if (status === 200) return;
    if (tries === 10 || (status < 500 && status !== 429)) throw new Error(`${status} ${JSON.stringify(answer)}`);
  }
}

interface Part {
  name: string;
  who?: Actor[];
  lines: (actor: Actor) => Line[] | Promise<Line[]>;
}

/** Tells a part of the story: each actor's messages in one request, four requests at a time. What was begun is done when it ends. */
async function tell(world: World, { name, who = actors, lines }: Part): Promise<void> {
  const day = Date.parse(world.now()) - 3_600_000;
  await mapConcurrent(who, 4, async (actor) => {
    const batch = (await lines(actor)).map(({ minute = 0, ...message }, i) => ({
      ...{ type: 'track', userId: actor.id, messageId: `${actor.id} ${name} ${i}` },
      timestamp: new Date(day + minute * 60_000).toISOString(),
      ...message,
    }));
    await insist(world, '/v1/batch', { batch, writeKey: world.local.keys.write });
  });
  await world.local.settled();
  // What failed is tried again after minutes.
  await world.advance('1h');
}

const anonymousId = ({ id }: Actor): string => `device of ${id}`;

/** Told before anything that a journey begins with: a message must not depend on which of two lines of one request was stored first. */
function introduction(actor: Actor): Line[] {
  const traits = { email: `${actor.id.replace(' ', '-')}@example.com`, plan: 'basic' };
  if (actor.kind !== 'was anonymous') return [{ type: 'identify', traits, minute: 20 }];
  const visits = [10, 11, 12].map((minute): Line => {
    return { type: 'page', name: 'Home', minute, userId: undefined, anonymousId: anonymousId(actor) };
  });
  return [...visits, { type: 'identify', traits, minute: 20, anonymousId: anonymousId(actor) }];
}

const beginning: Line[] = [
  { event: 'Signed Up', minute: 21 },
  { event: 'Product Viewed', minute: 22, properties: { sku: 'a' } },
];

const firstDay: Record<Kind, Line[]> = {
  activates: [{ event: 'Activated' }],
  buys: [{ event: 'Order Completed', properties: { revenue: 20 } }],
  unsubscribes: [{ event: 'Email Unsubscribed' }],
  returns: [{ event: 'NPS Survey Answered', properties: { nps: 7 } }],
  valuable: [{ type: 'screen', name: 'Start', context: { device: { type: 'ios' } } }],
  'was anonymous': [{ type: 'page', name: 'Pricing' }],
};

/** The decision behind the offer an actor got last. */
async function offerTo(world: World, { id }: Actor): Promise<unknown> {
  const decisions = (await world.timeline(id)).filter(
    ({ kind, placement }) => kind === 'decision' && placement === 'win-back',
  );
  return decisions.at(-1)?.decisionId;
}

async function answerTasks(world: World): Promise<void> {
  const { body } = await world.get<{ items: { taskId: string }[] }>('/v1/tasks');
  for (const { taskId } of body.items) await insist(world, `/v1/tasks/${taskId}`, { answer: 'won-back' });
  await world.local.settled();
}

/** One offer only: which of several is drawn hangs on ids that no two runs have in common. */
const winBack = {
  id: 'win-back',
  label: { en: 'Win back', ko: '재방문 유도' },
  fallback: 'come-back',
  offers: [
    {
      id: 'come-back',
      label: { en: 'Come back', ko: '복귀' },
      content: { title: 'Come back', body: 'We miss you.' },
      purpose: 'transactional',
      success: { event: ['Order Completed', 'Offer Clicked'] },
      window: '14d',
    },
  ],
};

/** Two dozen customers' fortnight: both shipped journeys by every way, an offer seen and taken, people called, a visitor who signs up. */
export async function liveThrough(world: World): Promise<void> {
  const { status } = await world.call('PUT', '/v1/placements/win-back', winBack);
  if (status !== 200) throw new Error(`the placement was not taken: ${status}`);
  await tell(world, { name: 'introduction', lines: introduction });
  await tell(world, { name: 'beginning', lines: () => beginning });
  await world.advance('1d');
  await tell(world, { name: 'first day', lines: ({ kind }) => firstDay[kind] });
  await world.advance('3d');
  const cart: Line = { event: 'Cart Abandoned' };
  const spent: Line = { event: 'Subscription Renewed', minute: -300, properties: { revenue: 900 } };
  const shoppers = called('returns', 'valuable', 'was anonymous');
  await tell(world, {
    name: 'cart',
    who: shoppers,
    lines: ({ kind }) => (kind === 'valuable' ? [spent, cart] : [cart]),
  });
  await world.advance('1d');
  const [returning, buying] = [called('returns'), called('was anonymous')];
  await tell(world, {
    name: 'offer',
    who: [...returning, ...buying],
    lines: async (actor) => [{ event: 'Offer Viewed', properties: { decisionId: await offerTo(world, actor) } }],
  });
  await tell(world, { name: 'return', who: returning, lines: () => [{ event: 'Offer Clicked', minute: 30 }] });
  const order: Line = { event: 'Order Completed', minute: 30, properties: { revenue: 60 } };
  await tell(world, { name: 'order', who: buying, lines: () => [order] });
  await world.advance('4d');
  await answerTasks(world);
  await world.advance('3d');
}

/** What became of everybody, without what no two runs have in common: revisions, positions, and ids and times made from them. */
export interface Outcome {
  profiles: Record<string, unknown>;
  /** Stages entered, in the order of their times. Which of two touchpoints led there depends on which was stored first. */
  stages: string[];
  enrolments: string[];
  messages: string[];
  mails: string[];
  /** By placement. */
  decisions: Record<string, number>;
  /** Exposures and successes by offer. */
  learnt: Record<string, number>;
}

const counted = (names: unknown[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const name of names.map(String).sort()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
};

function plain({
  folded: _,
  nextReview: __,
  stage,
  journeys,
  waits,
  decisions,
  churn,
  silence,
  ...facts
}: Profile): unknown {
  return {
    ...facts,
    stage: stage?.id,
    journeys: counted(Object.values(journeys).map(({ journeyId }) => journeyId)),
    waits: counted(Object.values(waits).map(({ on }) => JSON.stringify(on))),
    offers: counted(
      Object.values(decisions)
        .map(({ offer, exposed }) => `${offer} ${exposed}`)
        .filter((one) => one.startsWith('come-back')),
    ),
    churn: churn?.band,
    silence: silence?.told,
  };
}

const docOf = ({ doc }: Item): Record<string, unknown> => JSON.parse(String(doc)) as Record<string, unknown>;

function learnt(rows: Item[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { pk, sk: _, ...counters } of rows.filter((row) => row.pk.endsWith('#offer-stats#win-back')))
    for (const [name, n] of Object.entries(counters)) sums[name] = (sums[name] ?? 0) + Number(n);
  return sums;
}

export async function outcomeOf(world: World): Promise<Outcome> {
  const rows = await allRows(world.local);
  const lines = (range: string, words: (row: Item) => unknown[]): string[] =>
    rowsIn(rows, range)
      .map((row) => [row.pk, ...words(row)].join(' '))
      .sort();
  return {
    profiles: Object.fromEntries(
      profilesIn(rows).map((profile): [string, unknown] => [profile.customer, plain(profile)]),
    ),
    stages: lines('s#', (row) => [row.sk, docOf(row).to]),
    enrolments: lines('enrolment#', ({ journeyId, status, outcome }) => [journeyId, status, outcome]),
    messages: lines('m#', (row) => {
      const { journeyId, stepId, status, reason = '' } = docOf(row);
      return [journeyId, stepId, status, reason];
    }),
    mails: world
      .outbox()
      .map(({ to, subject }) => `${to.join()} ${subject}`)
      .sort(),
    decisions: counted(rowsIn(rows, 'd#').map(({ placement }) => placement)),
    learnt: learnt(rows),
  };
}
