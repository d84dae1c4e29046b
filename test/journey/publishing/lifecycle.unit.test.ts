import { expect, test } from 'vitest';
import { resumePausedJourney } from '#functions/journey/resume-paused-journey/handler.ts';
import { type Bus } from '#lib/aws/bus.ts';
import { type BusEvent } from '#lib/model/bus-events.ts';
import { enrolmentStore } from '#lib/journey/enrolment/enrolment-store.ts';
import { enrolmentEntryWrites } from '#lib/journey/enrolment/enrolment-writes.ts';
import { journeyRecordEvents } from '#lib/relay/journey-record-events.ts';
import {
  type JourneyRecord,
  type JourneyState,
  deployedJourneyRecord,
} from '#lib/journey/publishing/journey-record.ts';
import { type PausedStep, pausedStepStore } from '#lib/journey/execution/paused-step-store.ts';
import { journeyStore } from '#lib/journey/publishing/journey-store.ts';
import { type LifecycleAction, applyAction } from '#lib/journey/publishing/lifecycle.ts';
import { taskStore } from '#lib/journey/execution/human-task-store.ts';
import { profileStore } from '#lib/profile/profile-store.ts';
import { addMs } from '#lib/shared/time.ts';
import { aJourney, aProfile, start } from '../journey-examples.ts';
import { aWorld, Life, survives } from '../journey-world.ts';

const later = addMs(start, 60_000);
const headIn = (state: JourneyState, more: Partial<JourneyRecord> = {}): JourneyRecord => ({
  ...deployedJourneyRecord(aJourney()),
  state,
  since: start,
  ...more,
});

const outcomes: Record<JourneyState, Record<LifecycleAction, JourneyState | 'refused'>> = {
  draft: { pause: 'refused', resume: 'refused', close: 'refused', stop: 'refused' },
  live: { pause: 'paused', resume: 'live', close: 'closed', stop: 'stopped' },
  paused: { pause: 'paused', resume: 'live', close: 'paused', stop: 'stopped' },
  closed: { pause: 'paused', resume: 'live', close: 'closed', stop: 'stopped' },
  stopped: { pause: 'refused', resume: 'refused', close: 'refused', stop: 'stopped' },
};

const table = Object.entries(outcomes).flatMap(([state, actions]) =>
  Object.entries(actions).map(
    ([action, outcome]) => [state, action, outcome] as [JourneyState, LifecycleAction, string],
  ),
);

test.each(table)('a journey that is %s: %s leads to %s', (state, action, outcome) => {
  const act = () => applyAction(headIn(state), action, later);
  if (outcome === 'refused') expect(act).toThrow(expect.objectContaining({ status: 409, code: 'journey.wrong-state' }));
  else expect(act()).toMatchObject({ state: outcome, since: outcome === state ? start : later });
});

test('what changes nothing answers the very same head', () => {
  const paused = headIn('paused', { before: 'live' });
  expect(applyAction(paused, 'pause', later)).toBe(paused);
});

test('a closed journey that was paused takes nobody in after the pause, nor does one closed in it', () => {
  const paused = applyAction(headIn('closed'), 'pause', later);
  expect(applyAction(paused, 'resume', later)).toMatchObject({ state: 'closed' });
  const closedInIt = applyAction(applyAction(headIn('live'), 'pause', later), 'close', later);
  expect(applyAction(closedInIt, 'resume', later)).toMatchObject({ state: 'closed' });
});

test('resuming, stopping and publishing are told; a pause is not', () => {
  const told = (before: JourneyRecord | undefined, now: JourneyRecord) =>
    journeyRecordEvents(before, now).map(({ name }) => name);
  const [live, paused] = [headIn('live'), headIn('paused', { before: 'live' })];
  expect(told(live, paused)).toEqual([]);
  expect(told(paused, live)).toEqual(['JourneyResumed']);
  expect(told(paused, headIn('stopped'))).toEqual(['JourneyStopped']);
  expect(told(undefined, headIn('stopped'))).toEqual(['JourneyStopped']);
  expect(told(undefined, headIn('live', { latest: 1 }))).toEqual(['JourneyPublished']);
  expect(told(headIn('live', { latest: 1 }), headIn('live', { latest: 1 }))).toEqual([]);
});

/** A world with the function that drains; `drain` runs it with an event and all that follow of it. */
async function aDrain() {
  const world = await aWorld();
  const told: BusEvent[] = [];
  const bus: Bus = { put: async (events) => (told.push(...events), []) };
  const journeys = journeyStore(world.table, { clock: world.clock, shipped: [aJourney()] });
  const dependencies = { ...world, journeys, held: pausedStepStore(world.table), bus, perSecond: 3 };
  const slept: number[] = [];
  const sleep = async (ms: number): Promise<void> => void slept.push(ms);
  const begin = (name: 'JourneyResumed' | 'JourneyStopped', since = later) => ({
    'detail-type': name,
    detail: { id: 'x', workspace: 'acme', occurredAt: start, journeyId: 'welcome', since },
  });

  async function drain(event: unknown, run = resumePausedJourney({ ...dependencies, sleep })) {
    let runs = 0;
    for (let next: unknown = event; next !== undefined; runs++) {
      await run(next);
      const one = told.shift();
      next = one && { 'detail-type': one.name, detail: one.detail };
    }
    return runs;
  }

  async function hold(count: number): Promise<PausedStep[]> {
    const all = Array.from({ length: count }, (_, n): PausedStep => {
      const owner = { workspace: 'acme', customer: `u:${n}` };
      const names = { journeyId: 'welcome', enrolmentId: `e${n}`, stepId: 'Hello' };
      return { owner, ...names, since: addMs(start, n * 1_000), token: `token-${n}` };
    });
    for (const held of all) await dependencies.held.add(held);
    return all;
  }

  return { ...dependencies, sleep, slept, begin, drain, hold, told };
}

const tokens = (world: { resumed: { token: string }[] }): string[] => world.resumed.map(({ token }) => token).sort();

test('people held go on at a steady rate, each once, over as many runs as it takes', async () => {
  const world = await aDrain();
  const held = await world.hold(90);
  expect(await world.drain(world.begin('JourneyResumed'))).toBeGreaterThan(2);
  expect(tokens(world)).toEqual(held.map(({ token }) => token).sort());
  expect(world.slept).toHaveLength(90);
  expect(world.slept[0]).toBeCloseTo(1_000 / 3);
  await world.drain(world.begin('JourneyResumed'));
  expect(world.resumed).toHaveLength(90);
});

test('those held longest go on first', async () => {
  const world = await aDrain();
  await world.hold(40);
  await world.drain(world.begin('JourneyResumed'));
  const places = world.resumed.map(({ output }) => (output as PausedStep).since);
  // In each of the lists; which list a customer is in is chance.
  expect(places.filter((since, n) => n > 0 && since < places[n - 1]!).length).toBeLessThanOrEqual(3);
});

test('a journey that is paused again keeps the rest', async () => {
  const world = await aDrain();
  await world.hold(5);
  const head = (await world.journeys.readRecord('acme', 'welcome'))!;
  await world.journeys.saveRecord('acme', applyAction(head, 'pause', start));
  await world.drain(world.begin('JourneyResumed'));
  expect(world.resumed).toEqual([]);
});

test('wherever letting go dies, told again it reaches everybody', async () => {
  for (let last = 1; last < 12; last += 3) {
    const world = await aDrain();
    const held = await world.hold(8);
    const life = new Life(last);
    const executions = life.executions(world.executions);
    const dying = resumePausedJourney({ ...world, executions, held: pausedStepStore(life.table(world.table)) });
    await survives(() => world.drain(world.begin('JourneyResumed'), dying));
    await world.drain(world.begin('JourneyResumed'));
    expect(tokens(world)).toEqual(held.map(({ token }) => token).sort());
  }
});

async function inside(world: Awaited<ReturnType<typeof aDrain>>, count: number, startedAt = start): Promise<void> {
  for (let n = 0; n < count; n++) {
    const owner = { workspace: 'acme', customer: `u:${startedAt}${n}` };
    const enrolmentId = `e${startedAt}${n}`;
    await world.know(
      aProfile({ ...owner, journeys: { [enrolmentId]: { journeyId: 'welcome', version: 1, since: start } } }),
    );
    const names = { enrolmentId, journeyId: 'welcome', version: 1, entryKey: '', trigger: 'x' };
    const row = { ...names, startedAt, status: 'active', executionArn: `arn:${enrolmentId}` } as const;
    await world.table.transact(enrolmentEntryWrites(owner, row, { entries: 0 }));
  }
}

test('a stop ends everybody inside, with their executions; who came later stays', async () => {
  const world = await aDrain();
  await inside(world, 105);
  await inside(world, 1, addMs(later, 1));
  expect(await world.drain(world.begin('JourneyStopped'))).toBe(2);
  const { placed } = await world.enrolments.list({ workspace: 'acme', journeyId: 'welcome' }, { limit: 200 });
  const ended = placed.filter(({ enrolment }) => enrolment.outcome === 'stopped');
  expect(ended).toHaveLength(105);
  expect(new Set(world.stopped).size).toBe(105);
  expect((await world.profiles.get(ended[0]!.owner))?.journeys).toEqual({});
  expect(placed.filter(({ enrolment }) => enrolment.status === 'active')).toHaveLength(1);
});

test('wherever a stop dies, told again it stops every execution', async () => {
  for (let last = 1; last < 12; last++) {
    const world = await aDrain();
    await inside(world, 3);
    const life = new Life(last);
    const table = life.table(world.table);
    const stores = { profiles: profileStore(table), enrolments: enrolmentStore(table), tasks: taskStore(table) };
    const dying = resumePausedJourney({ ...world, ...stores, executions: life.executions(world.executions) });
    await survives(() => world.drain(world.begin('JourneyStopped', start), dying));
    await world.drain(world.begin('JourneyStopped', start));
    expect(new Set(world.stopped).size).toBe(3);
  }
});
