import { expect, test } from 'vitest';
import { wait } from '../../functions/journey/wait/handler.ts';
import { touchpointsSince } from '../../lib/journey/owners.ts';
import { waitStore } from '../../lib/journey/wait-store.ts';
import { journeyWake } from '../../lib/journey/wake.ts';
import { pointerItem, profileStore } from '../../lib/profile/store.ts';
import { plus } from '../../lib/time.ts';
import { aCall, anInput, aProfile, mina, start } from './given.ts';
import { aWorld, Life, survives, type World } from './world.ts';

const step = { kind: 'waitForEvent', on: { event: 'Activated' }, timeout: '3d', next: 'Done', onTimeout: 'Done' };
const call = (token = 'token-1') => aCall(step, { token });
const cause = { messageId: 'm1', name: 'Activated', at: plus(start, 1000), properties: {} };

function waiting(world: World, life = new Life()) {
  const table = life.table(world.table);
  return wait({
    profiles: profileStore(table),
    tasks: world.tasks,
    executions: life.executions(world.executions),
    touchpointsSince: (profile, since) => touchpointsSince(table, profile, since),
  });
}

const waking = (world: World) => journeyWake({ ...world, waits: waitStore(world.table) });

const waitId = async (world: World) => Object.keys((await world.profiles.get(mina))!.waits)[0]!;

test('a wait lies in the profile, its token where relay finds it, and is woken once', async () => {
  const world = await aWorld();
  await world.know(aProfile());
  expect(await waiting(world)(call())).toEqual({ status: 'waiting' });
  const profile = await world.profiles.get(mina);
  const id = await waitId(world);
  expect(profile?.waits[id]).toEqual({
    enrolmentId: 'e1',
    on: step.on,
    since: start,
    until: plus(start, 3 * 86_400_000),
  });

  expect(await waking(world).wake({ customer: mina, waitId: id, cause })).toBe('woken');
  expect(await waking(world).wake({ customer: mina, waitId: id, cause })).toBe('late');
  expect(world.resumed).toEqual([
    { token: 'token-1', output: { touchpoint: { messageId: 'm1', name: 'Activated', at: cause.at } } },
  ]);
  expect(await waking(world).wake({ customer: mina, waitId: 'other', cause })).toBe('unknown');
});

test('what happened between entering the step and waiting resumes it at once', async () => {
  const world = await aWorld();
  await world.know(aProfile());
  await world.touch('Activated', plus(start, 10));
  expect(await waiting(world)(call())).toEqual({ status: 'resumed' });
  expect(world.resumed).toHaveLength(1);
  expect((await world.profiles.get(mina))?.waits).toEqual({});
});

test('what happened before the step was entered does not', async () => {
  const world = await aWorld();
  await world.know(aProfile());
  await world.touch('Activated', plus(start, -10));
  expect(await waiting(world)(call())).toEqual({ status: 'waiting' });
});

test('a touchpoint folded between the look and the write is not missed', async () => {
  const world = await aWorld();
  await world.know(aProfile());
  let looks = 0;
  const handler = wait({
    ...world,
    touchpointsSince: async (profile, since) => {
      const found = await touchpointsSince(world.table, profile, since);
      if (looks++ === 0) {
        await world.touch('Activated', plus(start, 10));
        await world.profiles.update(mina, (folded) => ({ profile: { ...folded, lastSeen: plus(start, 10) } }));
      }
      return found;
    },
  });
  expect(await handler(call())).toEqual({ status: 'resumed' });
  expect(world.resumed).toHaveLength(1);
});

test('wherever registering dies, the retry’s token is the one that is woken', async () => {
  for (let last = 1, alive = false; !alive; last++) {
    const world = await aWorld();
    await world.know(aProfile());
    alive = await survives(() => waiting(world, new Life(last))(call('token-1')));
    expect(await waiting(world)(call('token-2'))).toEqual({ status: 'waiting' });
    expect(await waking(world).wake({ customer: mina, waitId: await waitId(world), cause })).toBe('woken');
    expect(world.resumed).toMatchObject([{ token: 'token-2' }]);
  }
});

test('who has left waits for nothing', async () => {
  const world = await aWorld();
  await world.know(aProfile({ journeys: {} }));
  expect(await waiting(world)(call())).toEqual({ status: 'left' });
});

test('a visitor who waits is woken as the user they turned out to be', async () => {
  const world = await aWorld();
  const visitor = { ...mina, customer: 'a:visitor' };
  await world.know(aProfile(visitor));
  await waiting(world)(aCall(step, { token: 'token-1', enrolment: anInput(visitor) }));
  const before = (await world.profiles.get(visitor))!;
  await world.know({ ...before, customer: mina.customer, linked: [visitor.customer] });
  await world.table.put(pointerItem(visitor, mina, 9));
  expect(await waking(world).wake({ customer: mina, waitId: await waitId(world), cause })).toBe('woken');
});
