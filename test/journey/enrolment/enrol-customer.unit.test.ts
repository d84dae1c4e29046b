import { expect, test } from 'vitest';
import { type JourneyDefinition } from '#lib/journey/definition/journey-definition.ts';
import { rejectionStore } from '#lib/journey/enrolment/rejection-store.ts';
import { keys } from '#lib/model/keys/table-keys.ts';
import { readSignals } from '#lib/profile/profile-store.ts';
import { addMs } from '#lib/shared/time.ts';
import { aJourney, mina, start } from '../journey-examples.ts';
import { aWorld, Life, survives, type World } from '../journey-world.ts';
import { enrolling, signedUp, stranger, type Enrolling } from '../enrol-harness.ts';

test('a journey that was closed lets nobody in, and says so; who was on the way in still gets there', async () => {
  const world = await aWorld();
  await world.know(stranger());
  expect(await enrolling(world, { state: 'paused' })(signedUp())).toEqual({ welcome: 'not-live' });
  expect(await rejectionStore(world.table).find([mina], 'welcome')).toMatchObject({
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
  const outcomes = await Promise.all(
    crowd.map((who) => enrolling(world, more)(signedUp('event-1', {}, { customer: who }))),
  );
  return outcomes.map(({ welcome }) => welcome);
}

const entry = (more: object) => ({ triggers: [{ touchpoint: { event: 'Signed Up' } }], ...more });

test('a cap lets in as many as it says, also when all come at once', async () => {
  const world = await aWorld();
  const definition = aJourney({ entry: entry({ cap: { max: 3, within: '1d' } }) });
  const outcomes = await everybody(world, { definition });
  expect(outcomes.filter((one) => one === 'entered')).toHaveLength(3);
  expect(outcomes.filter((one) => one === 'cap-reached')).toHaveLength(5);
  const tomorrow = enrolling(world, { definition, now: addMs(start, 86_400_000) });
  const refused = crowd[outcomes.indexOf('cap-reached')];
  expect(await tomorrow(signedUp('event-2', {}, { customer: refused! }))).toEqual({ welcome: 'entered' });
});

test('a throttle lets everybody in, and has as many as it says set out in each span', async () => {
  const world = await aWorld();
  const definition = aJourney({ entry: entry({ throttle: { max: 3, within: '1h' } }) });
  expect(new Set(await everybody(world, { definition }))).toEqual(new Set(['entered']));
  const times = [...world.started.values()].map(({ run }) => run.notBefore).sort();
  const hour = (n: number) => addMs(start, n * 3_600_000);
  expect(times).toEqual([0, 0, 0, 1, 1, 1, 2, 2].map(hour));
});

test('a higher priority takes over at once, a lower one stays outside', async () => {
  const world = await aWorld();
  await world.know(stranger());
  const competing = (id: string, priority: number) =>
    enrolling(world, { definition: aJourney({ id, exit: undefined, competition: { group: 'lifecycle', priority } }) });
  const knock = (id: string) => signedUp('event-1', {}, { journeyId: id });
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
    await enrolling(world, { definition: definition('low', 1) })(signedUp('e', {}, { journeyId: 'low' }));
    const high = { definition: definition('high', 2) };
    const knock = signedUp('e', {}, { journeyId: 'high' });
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
    const { detail, ...rest } = signedUp('event-1', {}, { customer: who });
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
  expect(goal).toMatchObject({ journeyId: 'welcome', since: start, until: addMs(start, 7 * 86_400_000) });
});
