import { expect, test } from 'vitest';
import { enrol } from '../../functions/journey/enrol/handler.ts';
import { type JourneyDefinition } from '../../lib/journey/definition.ts';
import { executionName } from '../../lib/journey/enrolment.ts';
import { type JourneyState, shippedHead } from '../../lib/journey/head.ts';
import { refusalStore } from '../../lib/journey/refusal-store.ts';
import { workspaceStore } from '../../lib/ingestion/store.ts';
import { enrolmentStore } from '../../lib/journey/enrolment-store.ts';
import { touchpointsSince } from '../../lib/journey/owners.ts';
import { journeyWake } from '../../lib/journey/wake.ts';
import { waitStore } from '../../lib/journey/wait-store.ts';
import { keys } from '../../lib/keys.ts';
import { pointerItem, profileStore, readSignals } from '../../lib/profile/store.ts';
import { type Instant, plus } from '../../lib/time.ts';
import { aJourney, aProfile, mina, start } from './given.ts';
import { aliasArn, aWorld, Life, survives, type World } from './world.ts';

const stranger = () => aProfile({ journeys: {} });

const signedUp = (id = 'event-1', properties = {}, customer = mina.customer, journeyId = 'welcome') => ({
  'detail-type': 'EntryTriggered',
  detail: {
    id,
    ...mina,
    customer,
    customerId: 'mina',
    occurredAt: start,
    journeyId,
    cause: { messageId: 'm1', name: 'Signed Up', at: start, properties },
  },
});

/** A journey store of one journey, live unless told otherwise. */
function doors(definition: JourneyDefinition, state: JourneyState = 'live') {
  const head = { ...shippedHead(definition), state };
  const version = { version: definition.version, definition, arn: aliasArn };
  const live = { journeyId: definition.id, head, versions: [{ ...version, weight: 100 }] };
  return { head: async () => head, version: async () => version, live: async () => (state === 'live' ? [live] : []) };
}

interface Enrolling {
  life?: Life;
  definition?: JourneyDefinition;
  state?: JourneyState;
  now?: Instant;
}

function enrolling(
  world: World,
  { life = new Life(), definition = aJourney(), state, now = world.clock.now() }: Enrolling = {},
) {
  const table = life.table(world.table);
  return enrol({
    table,
    workspaces: workspaceStore(table),
    journeys: doors(definition, state),
    profiles: profileStore(table),
    enrolments: enrolmentStore(table),
    refusals: refusalStore(world.table),
    executions: life.executions(world.executions),
    touchpointsSince: (profile, since) => touchpointsSince(table, profile, since),
    clock: { now: () => now },
    report: () => undefined,
  });
}

const enrolmentsOf = async (world: World) => {
  const { placed } = await world.enrolments.list({ workspace: 'acme', journeyId: 'welcome' }, { limit: 100 });
  return placed.map(({ enrolment }) => enrolment);
};

test('an entry is an enrolment, a journey in the profile and one execution', async () => {
  const world = await aWorld();
  await world.know(stranger());
  expect(await enrolling(world)(signedUp('event-1', { plan: 'pro' }))).toEqual({ welcome: 'entered' });
  const [enrolment] = await enrolmentsOf(world);
  expect(enrolment).toMatchObject({ status: 'active', journeyId: 'welcome', trigger: 'Signed Up', startedAt: start });
  const profile = await world.profiles.get(mina);
  expect(profile?.journeys).toEqual({
    [enrolment!.enrolmentId]: { journeyId: 'welcome', version: 1, since: start, exit: { event: 'Order Completed' } },
  });
  expect(world.started.get(executionName(enrolment!))).toMatchObject({
    ...mina,
    trigger: { name: 'Signed Up', properties: { plan: 'pro' } },
  });
});

test('wherever an entry dies, the next delivery finishes it and starts nothing twice', async () => {
  for (let last = 1, alive = false; !alive; last++) {
    const world = await aWorld();
    await world.know(stranger());
    alive = await survives(() => enrolling(world, { life: new Life(last) })(signedUp()));
    for (let again = 0; again < 2; again++) await enrolling(world)(signedUp());
    const enrolments = await enrolmentsOf(world);
    expect(enrolments).toMatchObject([{ status: 'active' }]);
    expect(enrolments[0]?.executionArn).toContain(':execution:test-welcome:v1-');
    expect([...world.started.keys()]).toEqual([executionName(enrolments[0]!)]);
    expect(Object.keys((await world.profiles.get(mina))!.journeys)).toHaveLength(1);
    if (alive) expect(last).toBe(4);
  }
});

test('deliveries at once start one execution', async () => {
  const world = await aWorld();
  await world.know(stranger());
  await Promise.all(Array.from({ length: 8 }, () => enrolling(world)(signedUp())));
  expect(world.started.size).toBe(1);
  expect(await enrolmentsOf(world)).toHaveLength(1);
});

test('different triggers at once let a customer in once', async () => {
  const world = await aWorld();
  await world.know(stranger());
  const all = await Promise.all(Array.from({ length: 6 }, (_, i) => enrolling(world)(signedUp(`event-${i}`))));
  expect(all.filter(({ welcome }) => welcome === 'entered')).toHaveLength(1);
  expect(world.started.size).toBe(1);
});

test('with an entry key there is one enrolment for each value', async () => {
  const world = await aWorld();
  await world.know(stranger());
  const entry = { triggers: [{ touchpoint: { event: 'Signed Up' } }], key: 'orderId' };
  const definition = aJourney({ entry });
  for (const [id, orderId] of [
    ['event-1', 'a'],
    ['event-2', 'b'],
    ['event-3', 'a'],
  ] as const)
    await enrolling(world, { definition })(signedUp(id, { orderId }));
  expect((await enrolmentsOf(world)).map(({ entryKey }) => entryKey).sort()).toEqual(['a', 'b']);
});

test('who has met the exit criteria since the trigger does not enter, folded or not', async () => {
  const world = await aWorld();
  await world.know(stranger());
  await world.touch('Order Completed', plus(start, 5));
  expect(await enrolling(world)(signedUp())).toEqual({ welcome: 'exit-met' });
  expect(world.started.size).toBe(0);
});

test('an exit between the entry and the start stops the execution, whoever is first', async () => {
  const world = await aWorld();
  await world.know(stranger());
  await survives(() => enrolling(world, { life: new Life(1) })(signedUp()));
  const [enrolment] = await enrolmentsOf(world);
  expect(enrolment).toMatchObject({ status: 'starting' });
  const { enrolmentId } = enrolment!;
  const wake = journeyWake({ ...world, waits: waitStore(world.table) });
  const cause = { messageId: 'm2', name: 'Order Completed', at: plus(start, 1000), properties: {} };
  expect(await wake.leave({ customer: mina, enrolmentId, cause })).toBe('left');
  expect(await enrolling(world)(signedUp())).toEqual({ welcome: 'over' });
  expect(world.stopped).toHaveLength(1);
  expect(await enrolmentsOf(world)).toMatchObject([{ status: 'ended', outcome: 'exited' }]);
});

test('who entered as a visitor and signed in is not let in again as a user', async () => {
  const world = await aWorld();
  const visitor = { ...mina, customer: 'a:visitor' };
  await world.know({ ...stranger(), customer: visitor.customer });
  await enrolling(world)(signedUp('event-1', {}, visitor.customer));
  const before = (await world.profiles.get(visitor))!;
  await world.know({ ...before, customer: mina.customer, linked: [visitor.customer] });
  await world.table.put(pointerItem(visitor, mina, 9));

  expect(await enrolling(world)(signedUp('event-1', {}, visitor.customer))).toEqual({ welcome: 'resumed' });
  expect(await enrolling(world)(signedUp('event-2'))).toEqual({ welcome: 'already-inside' });
  expect(world.started.size).toBe(1);
});

test('nobody known, nobody enrolled', async () => {
  const world = await aWorld();
  expect(await enrolling(world)(signedUp())).toEqual({ welcome: 'unknown-customer' });
});

test('a journey that was closed lets nobody in, and says so; who was on the way in still gets there', async () => {
  const world = await aWorld();
  await world.know(stranger());
  expect(await enrolling(world, { state: 'paused' })(signedUp())).toEqual({ welcome: 'not-live' });
  expect(await refusalStore(world.table).find([mina], 'welcome')).toMatchObject({
    reason: 'not-live',
    trigger: 'Signed Up',
    because: { state: 'paused' },
  });
  await survives(() => enrolling(world, { life: new Life(1) })(signedUp('event-2')));
  expect(await enrolling(world, { state: 'closed' })(signedUp('event-2'))).toEqual({ welcome: 'resumed' });
  expect(world.started.size).toBe(1);
});

const crowd = Array.from({ length: 8 }, (_, i) => `u:person-${i}`);

async function everybody(world: World, more: Enrolling) {
  for (const customer of crowd) await world.know({ ...stranger(), customer });
  const outcomes = await Promise.all(crowd.map((who) => enrolling(world, more)(signedUp('event-1', {}, who))));
  return outcomes.map(({ welcome }) => welcome);
}

const entry = (more: object) => ({ triggers: [{ touchpoint: { event: 'Signed Up' } }], ...more });

test('a cap lets in as many as it says, also when all come at once', async () => {
  const world = await aWorld();
  const definition = aJourney({ entry: entry({ cap: { max: 3, within: '1d' } }) });
  const outcomes = await everybody(world, { definition });
  expect(outcomes.filter((one) => one === 'entered')).toHaveLength(3);
  expect(outcomes.filter((one) => one === 'cap-reached')).toHaveLength(5);
  const tomorrow = enrolling(world, { definition, now: plus(start, 86_400_000) });
  const refused = crowd[outcomes.indexOf('cap-reached')];
  expect(await tomorrow(signedUp('event-2', {}, refused))).toEqual({ welcome: 'entered' });
});

test('a throttle lets everybody in, and has as many as it says set out in each span', async () => {
  const world = await aWorld();
  const definition = aJourney({ entry: entry({ throttle: { max: 3, within: '1h' } }) });
  expect(new Set(await everybody(world, { definition }))).toEqual(new Set(['entered']));
  const times = [...world.started.values()].map(({ run }) => run.notBefore).sort();
  const hour = (n: number) => plus(start, n * 3_600_000);
  expect(times).toEqual([0, 0, 0, 1, 1, 1, 2, 2].map(hour));
});

test('a higher priority takes over at once, a lower one stays outside', async () => {
  const world = await aWorld();
  await world.know(stranger());
  const competing = (id: string, priority: number) =>
    enrolling(world, { definition: aJourney({ id, exit: undefined, competition: { group: 'lifecycle', priority } }) });
  const knock = (id: string) => signedUp('event-1', {}, mina.customer, id);
  expect(await competing('modest', 10)(knock('modest'))).toEqual({ modest: 'entered' });
  expect(await competing('minor', 10)(knock('minor'))).toEqual({ minor: 'outranked' });
  expect(await competing('major', 20)(knock('major'))).toEqual({ major: 'entered' });

  const profile = (await world.profiles.get(mina))!;
  expect(Object.values(profile.journeys)).toMatchObject([{ journeyId: 'major' }]);
  const { placed } = await world.enrolments.list({ workspace: 'acme', journeyId: 'modest' }, { limit: 10 });
  expect(placed.map(({ enrolment }) => enrolment)).toMatchObject([{ status: 'ended', outcome: 'outranked' }]);
  const item = await world.table.get(keys.profile(mina));
  expect(readSignals(String(item?.signals))).toMatchObject([
    { type: 'exited', enrolmentId: placed[0]!.enrolment.enrolmentId },
  ]);
});

test('wherever a take-over dies, the higher one is inside and the lower one is out', async () => {
  for (let last = 1, alive = false; !alive; last++) {
    const world = await aWorld();
    await world.know(stranger());
    const definition = (id: string, priority: number) => aJourney({ id, competition: { group: 'one', priority } });
    await enrolling(world, { definition: definition('low', 1) })(signedUp('e', {}, mina.customer, 'low'));
    const high = { definition: definition('high', 2) };
    const knock = signedUp('e', {}, mina.customer, 'high');
    alive = await survives(() => enrolling(world, { ...high, life: new Life(last) })(knock));
    await enrolling(world, high)(knock);
    expect(Object.values((await world.profiles.get(mina))!.journeys)).toMatchObject([{ journeyId: 'high' }]);
    expect(world.started.size).toBe(2);
  }
});

test('those of a holdout never enter, of the workspace or of the journey, test people excepted', async () => {
  const inHoldout = async (rules: object, definition: JourneyDefinition) => {
    const world = await aWorld(rules);
    return (await everybody(world, { definition })).filter((one) => one === 'holdout').length;
  };
  const holdout = { percent: 50, salt: 'control' };
  const [ofWorkspace, ofJourney] = [
    await inHoldout({ holdout }, aJourney()),
    await inHoldout({}, aJourney({ holdout })),
  ];
  expect(ofWorkspace).toBe(ofJourney);
  expect(ofWorkspace).toBeGreaterThan(0);

  const world = await aWorld();
  const definition = aJourney({ holdout, entry: entry({ cap: { max: 1 } }) });
  for (const customer of crowd) await world.know({ ...stranger(), customer });
  for (const who of crowd) {
    const { detail, ...rest } = signedUp('event-1', {}, who);
    expect(await enrolling(world, { definition })({ ...rest, detail: { ...detail, test: true } })).toEqual({
      welcome: 'entered',
    });
  }
  expect([...world.started.values()].every(({ run }) => run.test)).toBe(true);
});

test('a goal is waited for from the entry on', async () => {
  const world = await aWorld();
  await world.know(stranger());
  await enrolling(world, { definition: aJourney({ goal: { on: { event: 'Activated' }, window: '7d' } }) })(signedUp());
  const [goal] = Object.values((await world.profiles.get(mina))!.goals);
  expect(goal).toMatchObject({ journeyId: 'welcome', since: start, until: plus(start, 7 * 86_400_000) });
});
