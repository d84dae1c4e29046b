import { expect, test } from 'vitest';
import { waitForTouchpoint } from '#functions/journey/wait-for-event/handler.ts';
import { deterministicId } from '#lib/shared/ids.ts';
import { type JourneyRecord, deployedJourneyRecord } from '#lib/journey/publishing/journey-record.ts';
import { touchpointsSince } from '#lib/profile/touchpoint-reader-store.ts';
import { waitStore } from '#lib/journey/execution/wait-store.ts';
import { createJourneySignalHandler } from '#lib/journey/execution/journey-signals.ts';
import { listShard } from '#lib/model/keys/table-keys.ts';
import { pointerItem, profileStore } from '#lib/profile/profile-store.ts';
import { addMs } from '#lib/shared/time.ts';
import { aCall, aJourney, anInput, aProfile, dated, mina, start } from '../../journey/journey-examples.ts';
import { aWorld, Life, survives, type World } from '../../journey/journey-world.ts';

const step = { kind: 'waitForEvent', on: { event: 'Activated' }, timeout: '3d', next: 'Done', onTimeout: 'Done' };
const call = (token = 'token-1') => aCall(step, { token });
const cause = { messageId: 'm1', name: 'Activated', at: addMs(start, 1000), properties: {} };

function waiting(world: World, life = new Life()) {
  const table = life.table(world.table);
  return waitForTouchpoint({
    ...world,
    profiles: profileStore(table),
    executions: life.executions(world.executions),
    touchpointsSince: (profile, since) => touchpointsSince(table, profile, since),
  });
}

const waking = (world: World) => createJourneySignalHandler({ ...world, waits: waitStore(world.table) });

const waitId = async (world: World) => Object.keys((await world.profiles.get(mina))!.waits)[0]!;

test('a wait lies in the profile, its token where relay finds it, and is woken once', async () => {
  const world = await aWorld();
  await world.know(aProfile());
  expect(await waiting(world)(call())).toMatchObject({ status: 'waiting' });
  const profile = await world.profiles.get(mina);
  const id = await waitId(world);
  expect(profile?.waits[id]).toEqual({
    enrolmentId: 'e1',
    on: step.on,
    since: start,
    until: addMs(start, 3 * 86_400_000),
  });

  expect(await waking(world).completeWait({ customer: mina, waitId: id, cause })).toBe('woken');
  expect(await waking(world).completeWait({ customer: mina, waitId: id, cause })).toBe('late');
  expect(world.resumed).toEqual([{ token: 'token-1', output: { touchpoint: cause, way: 0 } }]);
  expect(await waking(world).completeWait({ customer: mina, waitId: 'other', cause })).toBe('unknown');
});

/** As Step Functions writes a time whose milliseconds are zero. */
const withoutMs = start.replace('.000', '');

test('a step entered without milliseconds waits from an instant, and the profile can be read again', async () => {
  const world = await aWorld();
  await world.know(aProfile());
  await waiting(world)(aCall(step, { token: 'token-1', enteredAt: withoutMs }));
  const waits = (await world.profiles.get(mina))?.waits;
  expect(Object.values(waits ?? {})).toMatchObject([{ since: start }]);
});

test('what happened between entering the step and waiting resumes it at once', async () => {
  const world = await aWorld();
  await world.know(aProfile());
  await world.touch('Activated', addMs(start, 10));
  expect(await waiting(world)(call())).toMatchObject({ status: 'resumed' });
  expect(world.resumed).toHaveLength(1);
  expect((await world.profiles.get(mina))?.waits).toEqual({});
});

test('what happened before the step was entered does not', async () => {
  const world = await aWorld();
  await world.know(aProfile());
  await world.touch('Activated', addMs(start, -10));
  expect(await waiting(world)(call())).toMatchObject({ status: 'waiting' });
});

test('a touchpoint folded between the look and the write is not missed', async () => {
  const world = await aWorld();
  await world.know(aProfile());
  let looks = 0;
  const handler = waitForTouchpoint({
    ...world,
    touchpointsSince: async (profile, since) => {
      const found = await touchpointsSince(world.table, profile, since);
      if (looks++ === 0) {
        await world.touch('Activated', addMs(start, 10));
        await world.profiles.update(mina, (folded) => ({ profile: { ...folded, lastSeen: addMs(start, 10) } }));
      }
      return found;
    },
  });
  expect(await handler(call())).toMatchObject({ status: 'resumed' });
  expect(world.resumed).toHaveLength(1);
});

test('wherever registering dies, the retry’s token is the one that is woken', async () => {
  for (let last = 1, alive = false; !alive; last++) {
    const world = await aWorld();
    await world.know(aProfile());
    alive = await survives(() => waiting(world, new Life(last))(call('token-1')));
    expect(await waiting(world)(call('token-2'))).toMatchObject({ status: 'waiting' });
    expect(await waking(world).completeWait({ customer: mina, waitId: await waitId(world), cause })).toBe('woken');
    expect(world.resumed).toMatchObject([{ token: 'token-2' }]);
  }
});

test('who has left waits for nothing', async () => {
  const world = await aWorld();
  await world.know(aProfile({ journeys: {} }));
  expect(await waiting(world)(call())).toMatchObject({ status: 'left' });
});

test('a visitor who waits is woken as the user they turned out to be', async () => {
  const world = await aWorld();
  const visitor = { ...mina, customer: 'a:visitor' };
  await world.know(aProfile(visitor));
  await waiting(world)(aCall(step, { token: 'token-1', enrolment: anInput(visitor) }));
  const before = (await world.profiles.get(visitor))!;
  await world.know({ ...before, customer: mina.customer, linked: [visitor.customer] });
  await world.table.put(pointerItem(visitor, mina, 9));
  expect(await waking(world).completeWait({ customer: mina, waitId: await waitId(world), cause })).toBe('woken');
});

const either = {
  ...step,
  or: [
    { on: { event: 'Order Completed' }, next: 'Done' },
    { on: { event: 'Churned' }, next: 'Done' },
  ],
};

test('of competing waits the first that is met says the way', async () => {
  const world = await aWorld();
  await world.know(aProfile());
  await world.touch('Churned', addMs(start, 10));
  await waiting(world)(aCall(either, { token: 'token-1' }));
  expect(world.resumed).toMatchObject([{ token: 'token-1', output: { way: 2, touchpoint: { name: 'Churned' } } }]);
});

test('competing waits share one token, and all lie in the profile', async () => {
  const world = await aWorld();
  await world.know(aProfile());
  await waiting(world)(aCall(either, { token: 'token-1' }));
  const id = await waitId(world);
  expect((await world.profiles.get(mina))?.waits[id]).toMatchObject({
    on: { event: 'Activated' },
    or: [{ event: 'Order Completed' }, { event: 'Churned' }],
  });
  await waking(world).completeWait({ customer: mina, waitId: id, cause, way: 1 });
  expect(await waking(world).completeWait({ customer: mina, waitId: id, cause, way: 0 })).toBe('late');
  expect(world.resumed).toMatchObject([{ output: { way: 1 } }]);
});

const hold = aCall({ kind: 'hold' }, { token: 'token-1' });

const aHead = (state: JourneyRecord['state']) => ({ ...deployedJourneyRecord(aJourney()), state });

const list = async (world: World) =>
  (await world.held.list({ workspace: 'acme', journeyId: 'welcome' }, { place: { list: listShard(mina) }, limit: 10 }))
    .held;

test('whoever is held lies where the resumption looks', async () => {
  const world = await aWorld();
  await world.know(aProfile());
  await world.journeys.saveRecord('acme', aHead('paused'));
  expect(await waiting(world)(hold)).toMatchObject({ status: 'waiting' });
  expect(await list(world)).toEqual([
    { owner: mina, journeyId: 'welcome', enrolmentId: 'e1', stepId: 'Hello', since: start, token: 'token-1' },
  ]);
  expect(world.resumed).toEqual([]);
});

test('a pause that was over before the row was kept holds nobody', async () => {
  const world = await aWorld();
  await world.know(aProfile());
  await world.journeys.saveRecord('acme', aHead('live'));
  expect(await waiting(world)(hold)).toMatchObject({ status: 'resumed' });
  expect(world.resumed).toMatchObject([{ token: 'token-1' }]);
  expect(await list(world)).toEqual([]);
});

/** What is waited for, from Monday 10:00 UTC on, and until when. Paris is an hour ahead, and changes its clocks on the 29th. */
const times: [string, { step: object; traits?: Record<string, string> }, object][] = [
  ['this afternoon in Paris', { step: { untilLocal: { time: '14:00' } } }, { until: '2026-03-02T13:00:00.000Z' }],
  ['tomorrow morning', { step: { untilLocal: { time: '09:00' } } }, { until: '2026-03-03T08:00:00.000Z' }],
  [
    'Friday',
    { step: { untilLocal: { time: '09:00', weekdays: ['fri'] } } },
    { until: '2026-03-06T08:00:00.000Z', ahead: '2026-03-05T08:00:00.000Z' },
  ],
  [
    'three days before the renewal, after the clocks have changed',
    { step: { untilTrait: { trait: 'renewal', offset: '-3d', at: '08:30' } }, traits: { renewal: '2026-04-02' } },
    { until: '2026-03-30T06:30:00.000Z', ahead: '2026-03-29T06:30:00.000Z' },
  ],
  [
    'a trait that is no time',
    { step: { untilTrait: { trait: 'renewal' } }, traits: { renewal: 'soon' } },
    { missing: true },
  ],
  ['a trait that is not there', { step: { untilTrait: { trait: 'renewal' } } }, { missing: true }],
];

test.each(times)('a wait until %s', async (_, { step: what, traits }, answer) => {
  const world = await aWorld();
  await world.know(aProfile({ traits: dated({ timezone: 'Europe/Paris', ...traits }) }));
  expect(await waiting(world)(aCall({ kind: 'wait', ...what, next: 'Done' }))).toMatchObject(answer);
});

test('a wait computed again means the day of the first entry, by the zone of now', async () => {
  const Hello = { kind: 'wait', untilLocal: { time: '09:00', weekdays: ['fri'] }, next: 'Done' };
  const again = async (timezone: string, enteredAt: string) => {
    const world = await aWorld();
    await world.know(aProfile({ traits: dated({ timezone }) }));
    return waiting(world)({ ...aCall(Hello), since: '2026-03-02T10:00:00.000Z', enteredAt });
  };

  const friday = { until: '2026-03-06T08:00:00.000Z', because: { zone: 'Europe/Paris' } };
  expect(await again('Europe/Paris', '2026-03-05T08:00:00.000Z')).toEqual(friday);
  expect(await again('Europe/Paris', friday.until)).toEqual(friday);
  expect(await again('Europe/London', '2026-03-05T08:00:00.000Z')).toMatchObject({
    until: '2026-03-06T09:00:00.000Z',
    ahead: '2026-03-05T09:00:00.000Z',
  });
});

const task = {
  kind: 'humanTask',
  queue: 'sales',
  title: 'Call',
  timeout: '1d',
  answers: { won: 'Done' },
  onTimeout: 'Done',
};

test('a task says whom to call, and goes to whom the customer’s trait names', async () => {
  const world = await aWorld();
  await world.know(aProfile({ traits: dated({ owner: 'kim@example.com', firstName: 'Mina' }) }));
  const title = 'Call {{traits.firstName | them}} of {{traits.company | an unknown company}}';
  await waiting(world)(aCall({ ...task, title, assignee: '{{traits.owner | the team}}' }, { token: 'token-1' }));
  const id = deterministicId('task', 'e1', 'Hello', 0);
  expect((await world.tasks.get(mina, id))?.task).toMatchObject({
    title: 'Call Mina of an unknown company',
    assignee: 'kim@example.com',
    status: 'open',
  });
});
