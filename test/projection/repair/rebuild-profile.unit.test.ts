import type { DynamoDBRecord } from 'aws-lambda';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { touchpointItem } from '#lib/ingestion/message/touchpoint-store.ts';
import { type CustomerRef } from '#lib/model/customer.ts';
import { type Touchpoint } from '#lib/model/touchpoint.ts';
import { keys } from '#lib/model/keys/table-keys.ts';
import { type Profile } from '#lib/model/profile.ts';
import { rebuildCustomer, type RebuildDependencies } from '#lib/projection/repair/rebuild-profile.ts';
import { stageModelOf } from '#lib/stage/stage-templates.ts';
import { acme, aTouchpoint, days, minutes, shuffled, touchpoints } from '../../profile/profile-examples.ts';
import { aWorld, rawRecord, record, type World } from '../projector-harness.ts';

const ada = { workspace: 'acme', customer: 'u:ada' };

/** The stream's record of a barrier. */
function barrierRecord(customer: string, id: string): DynamoDBRecord {
  const made = rawRecord(keys.barrier({ workspace: 'acme', customer }), '', days(2));
  return { ...made, dynamodb: { ...made.dynamodb, NewImage: { id: { S: id } } } };
}

/** Rebuilding in a world. The stream is read when the rebuild waits; `meanwhile` happens before that. */
function rebuildingIn(
  world: World,
  { meanwhile = async () => undefined, ref = 'u:ada' }: { meanwhile?: () => Promise<void>; ref?: CustomerRef } = {},
): RebuildDependencies {
  let ids = 0;
  return {
    table: world.table,
    profiles: world.profiles,
    rulesOf: async () => ({ workspace: acme, model: stageModelOf(acme), journeys: [] }),
    clock: { now: () => days(30) },
    newId: () => `b${++ids}`,
    pause: async () => {
      await meanwhile();
      const profile = await world.profile(ref);
      const owners = [ref, ...(profile?.linked ?? [])];
      await world.fold(...owners.map((customer) => barrierRecord(customer, `b${ids}`)));
    },
  };
}

async function store(world: World, all: Touchpoint[]): Promise<void> {
  for (const touchpoint of all) await world.table.put(touchpointItem('acme', touchpoint));
}

const folding = (world: World, all: Touchpoint[]) =>
  world.fold(...all.map((touchpoint) => record(touchpoint, days(1))));

/** Sums of decimals depend on their order in the last digits. `since` of a stage depends on the order of arrival. */
function comparable(profile: Profile) {
  const { purchases, folded: _, stage, ...rest } = profile;
  return { ...rest, stage: stage?.id, purchases: { ...purchases, revenue: purchases.revenue.toFixed(6) } };
}

const visits = [
  aTouchpoint({ userId: undefined, anonymousId: 'v1', name: 'Product Viewed', at: minutes(1) }),
  aTouchpoint({ userId: 'ada', anonymousId: 'v1', name: 'Signed Up', at: minutes(2) }),
  aTouchpoint({ userId: 'ada', name: 'Order Completed', properties: { revenue: 12 }, at: minutes(3) }),
];

test('a rebuilt profile is the one that folding made, for any history in any order of arrival', async () => {
  const histories = touchpoints.chain((all) => shuffled(all));
  const world = await aWorld();
  for (const [i, history] of fc.sample(histories, { seed: 12, numRuns: 60 }).entries()) {
    const ref = `u:customer-${i}`;
    const mine = history.map((touchpoint) => ({ ...touchpoint, userId: `customer-${i}` }));
    await store(world, mine);
    await folding(world, mine);
    const before = (await world.profile(ref))!;
    const customer = { workspace: 'acme', customer: ref };
    expect(await rebuildCustomer(rebuildingIn(world, { ref }), customer)).toMatchObject({ outcome: 'rebuilt' });
    expect(comparable((await world.profile(ref))!)).toEqual(comparable(before));
  }
}, 120_000);

test('a broken profile of a customer with two identities is mended, and nothing is told', async () => {
  const world = await aWorld();
  await store(world, visits);
  await folding(world, visits);
  const before = (await world.profile('u:ada'))!;
  const active = { onboarding: { journeyId: 'onboarding', version: 1, since: minutes(2) } };
  await world.profiles.update(ada, (profile) => ({
    profile: { ...profile, counts: {}, purchases: { n: 0, revenue: 0 }, journeys: active, stage: undefined! },
  }));
  await rebuildCustomer(rebuildingIn(world), ada);
  const after = (await world.profile('u:ada'))!;
  expect(comparable(after)).toEqual({ ...comparable(before), journeys: active });
  expect((await world.table.get(keys.profile(ada)))?.signals).toBeUndefined();
  expect(await world.table.get(keys.barrier(ada))).toBeUndefined();
});

test('a touchpoint on its way while the profile is rebuilt is counted once', async () => {
  const world = await aWorld();
  await store(world, visits);
  await folding(world, visits);
  const late = aTouchpoint({ userId: 'ada', name: 'Order Completed', properties: { revenue: 1 }, at: minutes(9) });
  let isStored = false;
  const meanwhile = async (): Promise<void> => {
    if (isStored) return;
    isStored = true;
    await store(world, [late]);
    await folding(world, [late]);
  };
  expect(await rebuildCustomer(rebuildingIn(world, { meanwhile }), ada)).toMatchObject({
    outcome: 'rebuilt',
    touchpoints: 4,
  });
  expect((await world.profile('u:ada'))?.purchases).toMatchObject({ n: 2, revenue: 13 });
});

test('what was put aside is counted by the rebuild, and its letter brings nothing back after that', async () => {
  const world = await aWorld();
  await store(world, visits);
  await folding(world, visits.slice(0, 2));
  const [, , aside] = visits as [Touchpoint, Touchpoint, Touchpoint];
  const put = record(aside, days(1));
  await rebuildCustomer(rebuildingIn(world), ada);
  expect((await world.profile('u:ada'))?.purchases.n).toBe(1);
  const back = record(aside, days(2));
  const image = { ...back.dynamodb!.NewImage, redriven: { S: `${put.dynamodb!.SequenceNumber} letter` } };
  await world.fold({ ...back, dynamodb: { ...back.dynamodb, NewImage: image } });
  expect((await world.profile('u:ada'))?.purchases.n).toBe(1);
});

test('a customer of whom nothing was folded gets a profile', async () => {
  const world = await aWorld();
  await store(world, visits.slice(2));
  expect(await rebuildCustomer(rebuildingIn(world), ada)).toMatchObject({ outcome: 'rebuilt' });
  expect((await world.profile('u:ada'))?.purchases.n).toBe(1);
});

test('rows that cannot be read are named, and the profile stays as it is', async () => {
  const world = await aWorld();
  await store(world, visits);
  await folding(world, visits);
  await world.table.put({ ...keys.touchpoint(ada, minutes(5), 'bad'), doc: '{' });
  const rows = [`acme#u:ada t#${minutes(5)}#bad`];
  expect(await rebuildCustomer(rebuildingIn(world), ada)).toEqual({ outcome: 'unreadable', rows });
});

test('a profile that is as its touchpoints say stays as it is', async () => {
  const world = await aWorld();
  await store(world, visits);
  await folding(world, visits);
  expect(await rebuildCustomer(rebuildingIn(world), ada)).toMatchObject({ changed: false });
  expect(await rebuildCustomer(rebuildingIn(world), ada)).toMatchObject({ changed: false });
});
