import { expect, test } from 'vitest';
import { keys, lists, listShard, partition } from '../../lib/model/keys/table-keys.ts';
import { newProfile, type Profile } from '../../lib/model/profile.ts';
import { pointerItem, profileStore, readSignals } from '../../lib/profile/profile-store.ts';
import { type ProfileChange } from '../../lib/model/profile-change.ts';
import { aPartition, onEachEngine } from '../support/tables.ts';

const at = '2026-03-01T00:00:00.000Z';

const aCustomer = () => ({ workspace: 'local', customer: aPartition().split('#')[1]! });

const seen = (profile: Profile): Profile => ({
  ...profile,
  purchases: { n: profile.purchases.n + 1, revenue: 1, first: at, last: at },
});

onEachEngine(({ table }) => {
  async function aProfile(change: Partial<Profile> = {}) {
    const who = aCustomer();
    const profiles = profileStore(table());
    const profile = { ...newProfile(who, at), ...change };
    expect(await profiles.save({ profile }, 0)).toBe(true);
    return { who, profiles, profile };
  }

  test('a profile nobody has written is not there', async () => {
    const profiles = profileStore(table());
    const who = aCustomer();
    expect(await profiles.get(who)).toBeUndefined();
    expect(await profiles.update(who, (profile) => ({ profile }))).toBeUndefined();
    expect(await profiles.getMany([who])).toEqual(new Map());
  });

  test('the first write wins, a later one must name what it builds on', async () => {
    const { who, profiles, profile } = await aProfile();
    expect(await profiles.save({ profile: seen(profile) }, 0)).toBe(false);
    expect(await profiles.save({ profile: seen(profile) }, 1)).toBe(true);
    expect(await profiles.save({ profile: seen(profile) }, 1)).toBe(false);
    expect((await profiles.getMany([who])).get(partition(who))).toEqual({ profile: seen(profile), rev: 2 });
  });

  test('of updates at the same time none is lost', async () => {
    const { who, profiles } = await aProfile();
    await Promise.all(Array.from({ length: 6 }, () => profiles.update(who, (profile) => ({ profile: seen(profile) }))));
    expect((await profiles.get(who))?.purchases.n).toBe(6);
  });

  test('who is overtaken goes on from what the other wrote, without reading it', async () => {
    const { who } = await aProfile();
    let reads = 0;
    const profiles = profileStore({ ...table(), get: (...args) => (reads++, table().get(...args)) });
    const stored = (await profiles.getMany([who])).get(partition(who))!;
    await profiles.save({ profile: seen(stored.profile) }, stored.rev);
    const tried = await profiles.tryToSave({ profile: stored.profile }, stored.rev);
    expect(tried).toEqual({ done: false, present: { profile: seen(stored.profile), rev: stored.rev + 1 } });
    const twice = [1, 2].map(() => profiles.update(who, (profile) => ({ profile: seen(profile) })));
    await Promise.all(twice);
    expect([reads, (await profiles.get(who))?.purchases.n]).toEqual([2, 3]);
  });

  test('what must happen with a write happens with it or not at all', async () => {
    const { who, profiles, profile } = await aProfile();
    const also = [{ put: { ...keys.stageTransition(who, at, '1'), to: 'decision' } }];
    expect(await profiles.save({ profile: seen(profile), also }, 7)).toBe(false);
    expect(await table().get(also[0]!.put)).toBeUndefined();
    expect(await profiles.save({ profile: seen(profile), also }, 1)).toBe(true);
    expect(await table().get(also[0]!.put)).toMatchObject({ to: 'decision' });
  });

  test('signals lie with the write they tell of, and are gone with the next', async () => {
    const { who, profiles, profile } = await aProfile();
    const signals: ProfileChange[] = [{ type: 'identified', linked: 'a:1', at }];
    await profiles.save({ profile, signals }, 1);
    expect(readSignals(String((await table().get(keys.profile(who)))?.signals))).toEqual(signals);
    await profiles.save({ profile }, 2);
    expect((await table().get(keys.profile(who)))?.signals).toBeUndefined();
  });

  test('a change that is none writes nothing', async () => {
    const { who, profiles } = await aProfile();
    expect(await profiles.update(who, () => undefined)).toBeUndefined();
    expect((await table().get(keys.profile(who)))?.rev).toBe(1);
  });

  test('a pointer leads to whom it points, over several hops', async () => {
    const { who, profiles, profile } = await aProfile();
    const [visitor, older] = [aCustomer(), aCustomer()];
    await table().putMany([pointerItem(visitor, older, 1), pointerItem(older, who, 1)]);
    expect(await profiles.get(visitor)).toEqual(profile);
    const many = await profiles.getMany([visitor, who]);
    expect([...many.keys()].sort()).toEqual([partition(visitor), partition(who)].sort());
    await profiles.update(visitor, (found) => ({ profile: seen(found) }));
    expect((await profiles.get(who))?.purchases.n).toBe(1);
  });

  test('a customer is listed under the stage, due at the next review, and inside the journeys of the profile', async () => {
    const stage = { id: `stage-${aPartition().split(':')[1]!}`, since: at, rule: 'r' };
    const journeys = { e1: { journeyId: 'onboarding', version: 1, since: at } };
    const { who, profiles, profile } = await aProfile({ stage, journeys, nextReview: at });
    const list = lists.stage('local', stage.id, listShard(who));
    expect((await table().query(list, { index: 'byList' })).map(({ pk }) => pk)).toEqual([partition(who)]);
    const inside = [{ check: keys.profile(who), if: { expression: 'contains(active, :id)', values: { ':id': 'e1' } } }];
    expect(await table().transact(inside)).toBe(true);
    const { stage: _, nextReview: __, ...left } = { ...profile, journeys: {} };
    await profiles.save({ profile: left }, 1);
    expect(await table().query(list, { index: 'byList' })).toEqual([]);
    expect(await table().transact(inside)).toBe(false);
  });
});
