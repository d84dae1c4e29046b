import { expect, test } from 'vitest';
import { Workspace } from '#lib/model/workspace.ts';
import { Population } from '#lib/journey/simulation/customers/population.ts';
import { type RecordedHistory, replayJourney } from '#lib/journey/simulation/replay.ts';
import { type SimulationResult } from '#lib/journey/simulation/simulation-result.ts';
import { SimulateBody } from '#lib/journey/simulation/simulation-request.ts';
import { type SimulationRequest } from '#lib/journey/simulation/run-to-end.ts';
import { simulateJourney } from '#lib/journey/simulation/simulate-journey.ts';
import { journeyTemplates } from '#lib/journey/publishing/journey-templates.ts';
import { aJourney, aSend } from '../journey-examples.ts';
import { projectInMemory } from '#lib/projection/simulated-projection.ts';
import { Done, everywhere, from, identified, touched, twice } from './simulation-examples.ts';

/** A journey and what is special about its workspace and its customers, who can all be reached, refuse nothing and live in UTC. */
interface Case extends Partial<Omit<SimulationRequest, 'definition' | 'workspace' | 'population'>> {
  journey?: Record<string, unknown>;
  workspace?: Record<string, unknown>;
  population?: Record<string, unknown>;
}

const simulated = ({ journey, workspace, population, ...more }: Case = {}): Promise<SimulationResult> =>
  simulateJourney({
    apply: projectInMemory,
    definition: aJourney({ exit: undefined, ...journey }),
    workspace: Workspace.parse({ id: 'acme', name: 'Acme', ...workspace }),
    population: Population.parse({ ...everywhere, ...population }),
    ...{ customers: 200, days: 10, seed: 1, from },
    ...more,
  });

test.each([
  ['1970-01-01T00:00:00.000Z', true],
  ['8999-12-31T00:00:00.000Z', true],
  ['9000-01-01T00:00:00.000Z', false],
  ['1969-12-31T00:00:00.000Z', false],
  ['2026-02-30T00:00:00.000Z', false],
])('a simulation from %s may be asked for: %s', (from, isFine) => {
  expect(SimulateBody.safeParse({ from }).success).toBe(isFine);
});

test('the same seed gives the same result, to the last figure, and another seed another', async () => {
  const of = (seed: number) => simulated({ seed, journey: twice('1d'), population: { refuses: 0.3 } });
  const [first, again, other] = [await of(7), await of(7), await of(8)];
  expect(again).toEqual(first);
  expect(other.steps).not.toEqual(first.steps);
});

test.each(journeyTemplates.map((journey) => [journey.id, journey] as const))(
  'in %s everybody who comes to a step goes on, ends or stays there',
  async (_, definition) => {
    const result = await simulateJourney({
      apply: projectInMemory,
      definition,
      customers: 60,
      days: 45,
      seed: 2,
      from,
    });
    const total = (counts: Record<string, number>): number => Object.values(counts).reduce((sum, n) => sum + n, 0);
    for (const { stepId, visits, next, ended, open } of result.steps)
      expect([stepId, total(next) + total(ended) + open]).toEqual([stepId, visits]);
    expect(total(result.outcomes) + result.steps.reduce((sum, { open }) => sum + open, 0)).toBe(result.entered);
    expect(result.entered + total(result.refused)).toBe(result.knocks);
    expect(result.sends.sent).toBe(result.steps.reduce((sum, { sent = 0 }) => sum + sent, 0));
  },
);

test('who refused marketing gets none, and transactional messages all the same', async () => {
  const journey = {
    steps: { Hello: aSend({ next: 'Receipt' }), Receipt: aSend({ purpose: 'transactional' }), Done },
  };
  const { steps } = await simulated({ journey, population: { refuses: 1 } });
  expect(steps).toMatchObject([
    { stepId: 'Hello', sent: 0, skipped: { 'no-consent': 200 } },
    { stepId: 'Receipt', sent: 200, skipped: {} },
    { stepId: 'Done' },
  ]);
});

test('a cap lets no more through within its time', async () => {
  const caps = [{ max: 1, within: '2d' }];
  const soon = await simulated({ journey: twice('1d'), workspace: { caps }, population: { arriveWithinDays: 1 } });
  expect(soon.sends).toEqual({ sent: 200, skipped: { 'frequency-cap': 200 } });
  const late = await simulated({ journey: twice('3d'), workspace: { caps }, population: { arriveWithinDays: 1 } });
  expect(late.sends).toEqual({ sent: 400, skipped: {} });
});

test('who cannot be reached is skipped, by its reason', async () => {
  const { sends } = await simulated({ population: { reach: { email: 0 } } });
  expect(sends).toEqual({ sent: 0, skipped: { 'no-address': 200 } });
});

test('quiet hours put messages off, and lose none', async () => {
  const workspace = { quietHours: { from: '18:00', to: '06:00' } };
  const { steps } = await simulated({ workspace, population: { arriveWithinDays: 5 } });
  expect(steps[0]).toMatchObject({ sent: 200, skipped: {} });
  // Half of the day.
  expect(steps[0]!.deferred).toBeGreaterThan(70);
  expect(steps[0]!.deferred).toBeLessThan(130);
});

test('holdouts, of the workspace and of the journey, never enter', async () => {
  const holdout = { percent: 50, salt: 'out' };
  const own = await simulated({ journey: { holdout }, customers: 1_000 });
  expect(own.refused.holdout).toBeGreaterThan(430);
  expect(own.refused.holdout).toBeLessThan(570);
  expect(own.entered).toBe(1_000 - own.refused.holdout!);
  expect((await simulated({ workspace: { holdout }, customers: 1_000 })).refused).toEqual(own.refused);
});

test('variants get their shares, and only what is reached in their window counts', async () => {
  const Try = {
    ...{ kind: 'experiment', salt: 's', goal: { event: 'Bought' }, window: '1d' },
    variants: [
      { id: 'a', weight: 3, next: 'A' },
      { id: 'b', weight: 1, next: 'B' },
    ],
  };
  const journey = { start: 'Try', steps: { Try, A: aSend(), B: aSend(), Done } };
  const population = { perMonth: { Bought: 30 }, arriveWithinDays: 5 };
  const { experiments } = await simulated({ journey, customers: 1_000, population });
  const { a, b } = experiments.Try as Record<string, { entered: number; reached: number }>;
  expect(a!.entered + b!.entered).toBe(1_000);
  expect(a!.entered).toBeGreaterThan(690);
  expect(a!.entered).toBeLessThan(810);
  expect(a!.reached).toBeGreaterThan(0);
  expect(a!.reached).toBeLessThan(a!.entered);
});

test('a time of day is met where customers live, also in the night in which clocks change', async () => {
  const Night = { kind: 'wait', untilLocal: { time: '02:30' }, next: 'Hello' };
  const journey = { start: 'Night', steps: { Night, Hello: aSend({ purpose: 'transactional' }), Done } };
  for (const day of ['2026-03-28', '2026-10-24']) {
    const population = { zones: { 'Europe/Berlin': 1 }, arriveWithinDays: 0.2 };
    const { open } = await simulated({ journey, population, days: 3, from: Date.parse(`${day}T12:00:00.000Z`) });
    // At noon of the day after it has been half past two, or half past three, once for everybody.
    expect(open).toEqual([0, 0, 0]);
  }
});

test('an entry cap opens the door again in the next span', async () => {
  const entry = { triggers: [{ touchpoint: { event: 'Signed Up' } }], cap: { max: 5, within: '1d' } };
  const { entered, refused } = await simulated({ journey: { entry } });
  expect(entered).toBe(50);
  expect(refused).toEqual({ 'cap-reached': 150 });
});

test('a throttle lets everybody in, and sets so many out in a span', async () => {
  const entry = { triggers: [{ touchpoint: { event: 'Signed Up' } }], throttle: { max: 20, within: '1d' } };
  const { entered, open, sends } = await simulated({ journey: { entry }, population: { arriveWithinDays: 0.9 } });
  expect(entered).toBe(200);
  // At each midnight the next twenty have just set out.
  expect(open).toEqual([160, 140, 120, 100, 80, 60, 40, 20, 0, 0]);
  expect(sends.sent).toBe(200);
});

test('whoever is parked takes up no execution', async () => {
  const population = { arriveWithinDays: 0.5 };
  const { open, steps } = await simulated({ journey: twice('5d'), population });
  expect(open.slice(0, 4)).toEqual([200, 200, 200, 200]);
  const parked = await simulated({ journey: { ...twice('5d'), parkAfter: '1d' }, population });
  expect(parked.open.slice(0, 4)).toEqual([0, 0, 0, 0]);
  expect(parked.steps.map(({ visits }) => visits)).toEqual(steps.map(({ visits }) => visits));
});

test('the cost is that of the steps and of every stay, for a thousand entries and for a month', async () => {
  const { cost, steps, entered } = await simulated({ journey: twice('1d') });
  expect(entered).toBe(200);
  const ofSteps = steps.reduce((sum, { usd }) => sum + usd, 0);
  expect(ofSteps).toBeGreaterThan(0);
  expect(cost.perThousandEntries).toBeGreaterThan(ofSteps * 5);
  expect(cost.perMonth).toBeCloseTo((cost.perThousandEntries * 200 * 3) / 1_000, 1);
});

test('a replay says how what would be sent differs from what was, and who would have left where', async () => {
  const recorded: RecordedHistory[] = ['ada', 'ben'].map((id) => ({
    id,
    touchpoints: [
      identified('2026-01-01T08:00:00.000Z'),
      touched('Signed Up', '2026-01-01T09:00:00.000Z'),
      touched('Order Completed', id === 'ada' ? '2026-01-02T09:00:00.000Z' : '2026-01-09T09:00:00.000Z'),
    ],
    happened: { entered: 1, ended: { completed: 1 }, sent: { Hello: 1, Again: 1 }, skipped: {} },
  }));
  const result = await replayJourney({
    apply: projectInMemory,
    definition: aJourney(twice('3d')),
    workspace: Workspace.parse({ id: 'acme', name: 'Acme' }),
    ...{ placements: [], recorded, sample: false, seed: 1 },
    ...{ from: '2026-01-01T00:00:00.000Z', to: '2026-02-01T00:00:00.000Z' },
  });
  expect(result).toMatchObject({
    entered: { happened: 2, would: 2, difference: 0 },
    sent: { happened: 4, would: 3, difference: -1 },
    sentBySteps: { Hello: { difference: 0 }, Again: { happened: 2, would: 1, difference: -1 } },
    wouldExitAt: { Rest: 1 },
    ended: { completed: { happened: 2, would: 1, difference: -1 }, exited: { happened: 0, would: 1, difference: 1 } },
  });
  expect(result.text.en).toBe(
    'With this version 1 fewer messages and 2 entries instead of 2, and 1 would have left at "Rest".',
  );
});
