import { expect, test } from 'vitest';
import { type CustomerRef } from '#lib/model/customer.ts';
import { identityClaims } from '#lib/profile/merge/link-identity.ts';
import { keys } from '#lib/model/keys/table-keys.ts';
import { profileLimits } from '#lib/model/profile-limits.ts';
import { readSignals } from '#lib/profile/profile-store.ts';
import { aTouchpoint, minutes, type Sketch } from '../profile-examples.ts';
import { aWorld, record, sequenceOf, type World, writesThrough } from '../../projection/projector-harness.ts';

const visit = (minute: number, anonymousId = 'v1', more: Sketch = {}) =>
  aTouchpoint({ name: 'Product Viewed', userId: undefined, anonymousId, at: minutes(minute), ...more });
const identify = (minute: number, userId = 'ada', anonymousId = 'v1') =>
  aTouchpoint({ type: 'identify', name: 'Identified', userId, anonymousId, at: minutes(minute) });
const alias = (minute: number, previousId: string, userId: string) =>
  aTouchpoint({ type: 'alias', name: 'Aliased', previousId, userId, at: minutes(minute) });
const order = (minute: number, userId = 'ada') =>
  aTouchpoint({ name: 'Order Completed', userId, at: minutes(minute), properties: { revenue: 10 } });

const viewsOf = async (world: World, ref: CustomerRef) => (await world.profile(ref))?.counts['Product Viewed']?.n;
async function signalsOf(world: World, customer: CustomerRef): Promise<string[]> {
  const item = await world.table.get(keys.profile({ workspace: 'acme', customer }));
  return readSignals(typeof item?.signals === 'string' ? item.signals : '[]').map(({ type }) => type);
}

test('a touchpoint claims the anonymous id it carries, and an alias its previous id, as a user’s or a visitor’s', () => {
  expect(identityClaims(identify(1))).toEqual(['a:v1']);
  expect(identityClaims(visit(1))).toEqual([]);
  expect(identityClaims(alias(1, 'old', 'ada'))).toEqual(['u:old', 'a:old']);
  expect(identityClaims(alias(1, 'ada', 'ada'))).toEqual(['a:ada']);
});

test('what a visitor did becomes the user’s, in one write with the pointer and the row of the link', async () => {
  const world = await aWorld();
  await world.fold(record(visit(1)), record(visit(2)));
  await world.fold(record(identify(3)));
  expect(await world.profile('u:ada')).toMatchObject({ firstSeen: minutes(1), lastSeen: minutes(3), linked: ['a:v1'] });
  expect(await viewsOf(world, 'u:ada')).toBe(2);
  expect(await world.profile('a:v1')).toEqual(await world.profile('u:ada'));
  expect(await world.rows('u:ada')).toContain('link#a:v1');
  expect(await signalsOf(world, 'u:ada')).toEqual(['identified']);
});

test('visitor and user in one batch: the visitor is folded, then linked', async () => {
  const world = await aWorld();
  await world.fold(record(identify(3)), record(visit(1)), record(visit(4)), record(order(5)));
  expect(await world.profile('u:ada')).toMatchObject({ purchases: { n: 1 }, linked: ['a:v1'] });
  expect(await viewsOf(world, 'u:ada')).toBe(2);
});

test('what the visitor does later goes to the user', async () => {
  const world = await aWorld();
  await world.fold(record(identify(1)));
  await world.fold(record(visit(2)), record(order(3)));
  expect(await viewsOf(world, 'u:ada')).toBe(1);
  expect((await world.profile('u:ada'))?.purchases.n).toBe(1);
});

test('redelivery after the link merges nothing twice', async () => {
  const world = await aWorld();
  const [visits, link] = [[record(visit(1)), record(visit(2))], record(identify(3))];
  await world.fold(...visits, link);
  await world.fold(...visits, link);
  await world.fold(link);
  expect(await viewsOf(world, 'u:ada')).toBe(2);
  expect((await world.profile('u:ada'))?.counts.Identified?.n).toBe(1);
});

test('death in the middle of linking leaves nothing done, and redelivery does all', async () => {
  const around = writesThrough(async (write) => {
    if (write === 2) throw new Error('died');
    return 'go on';
  });
  const world = await aWorld({ around });
  await world.fold(record(visit(1)));
  const link = record(identify(3));
  expect(await world.fold(link)).toEqual([sequenceOf(link)]);
  expect(await viewsOf(world, 'a:v1')).toBe(1);
  await world.fold(link);
  expect(await viewsOf(world, 'u:ada')).toBe(1);
});

test('a visitor who goes on while being linked loses nothing', async () => {
  const world = await aWorld();
  const visits = Array.from({ length: 20 }, (_, i) => record(visit(i)));
  const links = Array.from({ length: 5 }, (_, i) => record(identify(20 + i)));
  const batches = [visits.slice(0, 7), visits.slice(7, 9), visits.slice(9)];
  await Promise.all([
    (async () => {
      for (const batch of batches) await world.fold(...batch);
    })(),
    world.fold(...links),
  ]);
  expect(await viewsOf(world, 'u:ada')).toBe(20);
  expect((await world.profile('u:ada'))?.counts.Identified?.n).toBe(5);
});

test('the first who claims a shared device keeps what was done on it', async () => {
  const world = await aWorld();
  await world.fold(record(visit(1)), record(identify(2, 'ada')));
  await world.fold(record(identify(3, 'bo')), record(visit(4)));
  expect(await viewsOf(world, 'u:ada')).toBe(2);
  expect(await world.profile('u:bo')).toMatchObject({ linked: [] });
  expect(await viewsOf(world, 'u:bo')).toBeUndefined();
});

test('two users who claim a device at once: one of them gets it', async () => {
  const world = await aWorld();
  await world.fold(record(visit(1)));
  await Promise.all([world.fold(record(identify(2, 'ada'))), world.fold(record(identify(2, 'bo')))]);
  const views = [await viewsOf(world, 'u:ada'), await viewsOf(world, 'u:bo')];
  expect(views.filter((n) => n === 1)).toHaveLength(1);
});

test('an alias makes one customer of two users, whose devices follow', async () => {
  const world = await aWorld();
  await world.fold(record(visit(1)), record(identify(2, 'old')), record(order(3, 'old')));
  await world.fold(record(order(4, 'ada')), record(alias(5, 'old', 'ada')));
  await world.fold(record(visit(6)), record(order(7, 'old')));
  expect(await world.profile('u:ada')).toMatchObject({ purchases: { n: 3, revenue: 30 } });
  expect(await viewsOf(world, 'a:v1')).toBe(2);
  expect((await world.profile('u:old'))?.customer).toBe('u:ada');
  expect((await world.profile('u:ada'))?.linked).toEqual(expect.arrayContaining(['u:old', 'a:v1', 'a:old']));
});

test('an alias back again changes nothing', async () => {
  const world = await aWorld();
  await world.fold(record(order(1, 'old')), record(alias(2, 'old', 'ada')));
  await world.fold(record(alias(3, 'ada', 'old')));
  expect(await world.profile('u:ada')).toMatchObject({ customer: 'u:ada', purchases: { n: 1 } });
  expect((await world.profile('u:old'))?.customer).toBe('u:ada');
});

test('the alias of somebody never seen is remembered for when he comes', async () => {
  const world = await aWorld();
  await world.fold(record(alias(1, 'old', 'ada')));
  await world.fold(record(order(2, 'old')), record(visit(3, 'old')));
  expect(await world.profile('u:ada')).toMatchObject({ purchases: { n: 1 } });
  expect(await viewsOf(world, 'u:ada')).toBe(1);
});

test('a user is linked to as many devices as a profile holds, and goes on without the others', async () => {
  const world = await aWorld();
  const logins = Array.from({ length: profileLimits.linked + 5 }, (_, i) => record(identify(i, 'ada', `v${i}`)));
  expect(await world.fold(...logins)).toEqual([]);
  const profile = await world.profile('u:ada');
  expect(profile?.linked).toHaveLength(profileLimits.linked);
  expect(profile?.counts.Identified?.n).toBe(profileLimits.linked + 5);
});

test('a user who stood elsewhere moves to where the visitor was seen last, and the row tells why', async () => {
  const world = await aWorld();
  const old = aTouchpoint({ name: 'Page Viewed', at: minutes(0) });
  await world.fold(record(old));
  const login = identify(9);
  await world.fold(record(visit(8)));
  await world.fold(record(login));
  expect((await world.profile('u:ada'))?.stage?.id).toBe('consideration');
  const row = await world.table.get(
    keys.stageTransition({ workspace: 'acme', customer: 'u:ada' }, login.at, `${login.messageId}#a:v1`),
  );
  expect(JSON.parse(String(row?.doc))).toMatchObject({ from: 'awareness', to: 'consideration', rule: 'consideration' });
});
