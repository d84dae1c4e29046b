import { expect, test } from 'vitest';
import { backfillSegments } from '#functions/segment/backfill-segments/handler.ts';
import { handleSegmentRoutes } from '#functions/segment/segments-api/handler.ts';
import { type Bus } from '#lib/aws/bus.ts';
import { dynamoTable } from '#lib/aws/table/dynamo-table.ts';
import { type BusEvent } from '#lib/model/bus-events.ts';
import { workspaceStore } from '#lib/ingestion/workspace/workspace-store.ts';
import { type Key, keys } from '#lib/model/keys/table-keys.ts';
import { createMembershipIndex } from '#lib/segment/membership-index.ts';
import { applyToIndex } from '#lib/relay/apply-to-index.ts';
import { packProfile, unpackProfile } from '#lib/profile/codec/profile-codec.ts';
import { type Predicate } from '#lib/model/predicate.ts';
import { type Profile } from '#lib/model/profile.ts';
import { findSegmentError, updateMembership } from '#lib/segment/membership.ts';
import { Segment } from '#lib/model/segment.ts';
import { segmentStore } from '#lib/segment/segment-store.ts';
import { profileStore, readSignals } from '#lib/profile/profile-store.ts';
import { nextChangeTimes } from '#lib/predicate/next-change.ts';
import { refusingTable } from '../../support/refusing-table.ts';
import { anEngine, localClient, theTable } from '../../support/engines.ts';
import { acme, aProfile, aTouchpoint, days, minutes, start } from '../../profile/profile-examples.ts';
import { aWorld, record } from '../../projection/projector-harness.ts';

const aSegment = (id: string, predicate: Predicate, rev = 1) => Segment.parse({ id, predicate, rev });
const buyers = aSegment('buyers', { did: 'Order Completed' });
const spenders = aSegment('spenders', { feature: 'revenue', is: { gte: 100 } });

const ada = { workspace: 'acme', customer: 'u:ada' };

async function signalsOf(world: Awaited<ReturnType<typeof aWorld>>) {
  const item = await world.table.get(keys.profile(ada));
  return typeof item?.signals === 'string' ? readSignals(item.signals) : [];
}

test('a touchpoint that makes a customer meet a segment joins it, in the same write, and says what it was', async () => {
  const world = await aWorld({ segments: [buyers, spenders] });
  const order = aTouchpoint({ name: 'Order Completed', properties: { revenue: 40 } });
  await world.fold(record(order));
  expect((await world.profile('u:ada'))?.segments).toEqual({ buyers: start });
  expect(await signalsOf(world)).toContainEqual({
    ...{ type: 'joined', segment: 'buyers', zone: 'UTC', at: start },
    touchpoint: { messageId: order.messageId, name: 'Order Completed' },
  });
  await world.fold(record(aTouchpoint({ name: 'Order Completed', properties: { revenue: 60 }, at: minutes(1) })));
  expect(Object.keys((await world.profile('u:ada'))!.segments)).toEqual(['buyers', 'spenders']);
});

test('whether touchpoints come in one batch or each alone, the same segments are joined and left', async () => {
  const fickle = aSegment('fickle', { trait: 'plan', is: 'pro' });
  const plans = ['pro', 'basic', 'pro', 'basic'].map((plan, i) =>
    aTouchpoint({ type: 'identify', name: 'Identified', properties: { plan }, at: minutes(i) }),
  );
  const world = await aWorld({ segments: [fickle] });
  await world.fold(...plans.map((plan) => record(plan)));
  expect((await signalsOf(world)).map(({ type }) => type).filter((type) => type !== 'stage')).toEqual([
    'joined',
    'left',
    'joined',
    'left',
  ]);
  expect((await world.profile('u:ada'))?.segments).toEqual({});
});

test('a move to another zone moves the customer in the lists of its segments', async () => {
  const world = await aWorld({ segments: [buyers] });
  await world.fold(record(aTouchpoint({ name: 'Order Completed' })));
  await world.fold(record(aTouchpoint({ context: { timezone: 'US/Pacific' }, at: minutes(1) })));
  expect(await signalsOf(world)).toContainEqual({ type: 'moved', segments: ['buyers'], zone: 'America/Los_Angeles' });
});

test('a segment that is not known here is left alone: it may be newer than what we know', () => {
  const profile = aProfile({ segments: { newer: start } });
  const seen = { segments: [buyers], workspace: acme, now: start };
  expect(updateMembership(profile, seen).profile.segments).toEqual({ newer: start });
  expect(updateMembership(profile, { ...seen, gone: ['newer'] }).profile.segments).toEqual({});
});

test('what time alone changes is looked at when it does', () => {
  const profile = aProfile({ counts: { Visit: { n: 2, first: start, last: days(1) } }, lastSeen: days(2) });
  const predicate: Predicate = {
    any: [{ did: 'Visit', within: '3d' }, { not: { silentFor: '5d' } }, { stage: ['x'] }],
  };
  expect(nextChangeTimes(predicate, profile)).toEqual([days(4).replace('.000Z', '.001Z'), days(7)]);
});

test('a segment of moments, or of segments, is none', () => {
  expect(findSegmentError({ all: [{ did: 'Visit' }, { not: { event: 'Visit' } }] })).toMatch(/did/);
  expect(findSegmentError({ any: [{ segment: ['buyers'] }] })).toBeDefined();
  expect(findSegmentError(buyers.predicate)).toBeUndefined();
});

test('segments and goals survive being stored', () => {
  const goal = {
    enrolmentId: 'e1',
    journeyId: 'j',
    version: 2,
    on: { event: 'Activated' },
    since: start,
    until: days(7),
  };
  const goals = { e1: goal, 'e1/Subject': { ...goal, stepId: 'Subject', variant: 'short' } };
  const profile = aProfile({ segments: { buyers: minutes(5) }, goals });
  expect(unpackProfile(packProfile(profile), profile)).toEqual(profile);
});

type Query = Record<string, string>;

/** Segments, their API and the function that fills them, over a table of `n` customers. */
async function aRoom(n: number, refuses: (key: Key) => boolean = () => false) {
  const stored = dynamoTable(localClient((await anEngine()).endpoint), theTable.ref);
  let full = false;
  const table = refusingTable(stored, (key) => full && refuses(key));
  await workspaceStore(table).save(acme);
  const clock = { now: () => start };
  const [profiles, segments, lists] = [profileStore(table), segmentStore(table, clock), createMembershipIndex(table)];
  for (let i = 0; i < n; i++) {
    const bought = i % 2 === 0 && { counts: { 'Order Completed': { n: 1, first: start, last: start } } };
    // Half of them are due at the very same moment.
    const nextReview = i < n / 2 ? days(9) : days(10 + i);
    await profiles.save({ profile: { ...aProfile({ nextReview, ...bought }), customer: `u:${i}` } }, 0);
  }
  full = true;
  const told: BusEvent[] = [];
  let isBusDown = false;
  const bus: Bus = {
    put: async (events) => (isBusDown ? events.map((_, index) => index) : (told.push(...events), [])),
  };
  const breakBus = (isBroken: boolean) => (isBusDown = isBroken);
  const routes = handleSegmentRoutes({ segments, directory: lists, profiles, bus, clock });
  const fill = backfillSegments({
    ...{ table, profiles, segments, bus, clock, workspaces: workspaceStore(table) },
    journeys: { liveJourney: async () => undefined },
    known: async () => undefined,
    report: () => undefined,
  });
  const call = (route: string, params: Record<string, string>, sent: { body?: unknown; query?: Query } = {}) =>
    routes[route]!({ workspace: 'acme', params, query: {}, headers: {}, ...sent, body: () => sent.body });
  /** What relay does with the signals that lie in the profiles. */
  const relayed = async (all: Profile['customer'][]) => {
    for (const customer of all) {
      const who = { workspace: 'acme', customer };
      const signals = (await table.get(keys.profile(who)))?.signals;
      for (const signal of typeof signals === 'string' ? readSignals(signals) : [])
        if (signal.type === 'joined' || signal.type === 'left') await applyToIndex(lists, who, signal);
    }
  };
  return { call, told, fill, profiles, relayed, breakBus };
}

const everybody = (n: number) => Array.from({ length: n }, (_, i) => `u:${i}`);
const plenty = { getRemainingTimeInMillis: () => 600_000 };

const envelope = ({ name, detail }: BusEvent) => ({ 'detail-type': name, detail });

test('a new segment is filled from all customers, however short the time of each call; deleted, it is emptied', async () => {
  const n = 260;
  const room = await aRoom(n);
  const put = await room.call('PUT /v1/segments/{id}', { id: 'buyers' }, { body: { predicate: buyers.predicate } });
  expect(put.body).toMatchObject({ id: 'buyers', rev: 1 });
  let calls = 0;
  for (let event = room.told.shift(); event; event = room.told.shift(), calls++) {
    let looks = 0;
    await room.fill(envelope(event), { getRemainingTimeInMillis: () => (++looks > 1 ? 0 : 600_000) });
  }
  expect(calls).toBeGreaterThan(2);
  await room.relayed(everybody(n));
  const found: string[] = [];
  for (let cursor = ''; ;) {
    const query = { limit: '50', ...(cursor && { cursor }) };
    const { body } = await room.call('GET /v1/segments/{id}/members', { id: 'buyers' }, { query });
    const page = body as { items: { customerId: string }[]; nextCursor?: string };
    found.push(...page.items.map(({ customerId }) => customerId));
    if (!page.nextCursor) break;
    cursor = page.nextCursor;
  }
  expect(found).toHaveLength(n / 2);
  expect(new Set(found).size).toBe(n / 2);

  await room.call('DELETE /v1/segments/{id}', { id: 'buyers' });
  await room.fill(envelope(room.told.shift()!), plenty);
  const stored = await room.profiles.getMany(everybody(n).map((customer) => ({ workspace: 'acme', customer })));
  expect([...stored.values()].filter(({ profile }) => Object.keys(profile.segments).length > 0)).toEqual([]);
});

test('a new segment of silence has everybody looked at when the silence is reached', async () => {
  const room = await aRoom(4);
  await room.call('PUT /v1/segments/{id}', { id: 'quiet' }, { body: { predicate: { silentFor: '5d' } } });
  await room.fill(envelope(room.told.shift()!), plenty);
  const profiles = await room.profiles.getMany(everybody(4).map((customer) => ({ workspace: 'acme', customer })));
  expect([...profiles.values()].map(({ profile }) => profile.nextReview)).toEqual(Array(4).fill(days(5)));
});

test('a predicate that makes no segment is refused with the reason', async () => {
  const room = await aRoom(0);
  const put = (predicate: unknown) => room.call('PUT /v1/segments/{id}', { id: 'now' }, { body: { predicate } });
  await expect(put({ event: 'Visit' })).rejects.toMatchObject({ code: 'segment.invalid' });
  await expect(put({ nonsense: 1 })).rejects.toMatchObject({ code: 'segment.invalid' });
  await expect(room.call('GET /v1/segments/{id}', { id: 'now' })).rejects.toMatchObject({ code: 'segment.unknown' });
});

test('a segment that never was cannot be deleted, and no customer is looked at for it', async () => {
  const room = await aRoom(0);
  for (const id of ['no-such', 'No such!', ''])
    await expect(room.call('DELETE /v1/segments/{id}', { id })).rejects.toMatchObject({ code: 'segment.unknown' });
  expect(room.told).toEqual([]);
});

test('a deletion that the bus did not take is gone for readers, and the next DELETE tells of it', async () => {
  const room = await aRoom(0);
  const place = { id: 'buyers' };
  await room.call('PUT /v1/segments/{id}', place, { body: { predicate: buyers.predicate } });
  room.breakBus(true);
  await expect(room.call('DELETE /v1/segments/{id}', place)).rejects.toMatchObject({ code: 'bus.refused' });
  await expect(room.call('GET /v1/segments/{id}', place)).rejects.toMatchObject({ code: 'segment.unknown' });
  expect((await room.call('GET /v1/segments', {})).body).toEqual({ items: [] });
  room.breakBus(false);
  room.told.length = 0;
  expect((await room.call('DELETE /v1/segments/{id}', place)).body).toEqual({ id: 'buyers', deleted: true });
  expect(room.told.map(({ name }) => name)).toEqual(['SegmentChanged']);
  await expect(room.call('DELETE /v1/segments/{id}', place)).rejects.toMatchObject({ code: 'segment.unknown' });
});

test('a segment defined again while its deletion is under way stays', async () => {
  const room = await aRoom(0);
  const place = { id: 'buyers' };
  const put = () => room.call('PUT /v1/segments/{id}', place, { body: { predicate: buyers.predicate } });
  await put();
  room.breakBus(true);
  await expect(room.call('DELETE /v1/segments/{id}', place)).rejects.toMatchObject({ code: 'bus.refused' });
  room.breakBus(false);
  await put();
  expect((await room.call('GET /v1/segments/{id}', place)).body).toMatchObject({ id: 'buyers' });
  await room.call('DELETE /v1/segments/{id}', place);
  await expect(room.call('GET /v1/segments/{id}', place)).rejects.toMatchObject({ code: 'segment.unknown' });
});

test('a customer whose write DynamoDB will never take keeps no other out of a segment, and is named at the end', async () => {
  const room = await aRoom(20, ({ pk }) => pk === 'acme#u:4');
  await room.call('PUT /v1/segments/{id}', { id: 'buyers' }, { body: { predicate: buyers.predicate } });
  const fill = room.fill(envelope(room.told[0]!), plenty);
  const named = [{ pk: 'acme#u:4', sk: 'profile' }];
  await expect(fill).rejects.toMatchObject({ code: 'write.collection-full', facts: { count: 1, keys: named } });
  const found = await Promise.all(
    everybody(20).map(async (customer) => {
      const profile = await room.profiles.get({ workspace: 'acme', customer });
      return profile && 'buyers' in profile.segments ? [customer] : [];
    }),
  );
  expect(found.flat()).toEqual(everybody(20).filter((_, i) => i % 2 === 0 && i !== 4));
});
