import { expect, test } from 'vitest';
import { countJourneyEvent } from '#functions/journey/count-journey-events/handler.ts';
import { handlePublishRoutes } from '#functions/journey/publish-journey/handler.ts';
import { experimentOf } from '#lib/journey/insight/running-experiment.ts';
import { type JourneyRecord, deployedJourneyRecord, winnerOf } from '#lib/journey/publishing/journey-record.ts';
import { journeyStore } from '#lib/journey/publishing/journey-store.ts';
import { statsStore, type VariantStats } from '#lib/journey/insight/journey-stats-store.ts';
import { type StepOf } from '#lib/journey/definition/step.ts';
import { decideExperimentWinner, experimentResultOf } from '#lib/journey/insight/experiment-winner.ts';
import { addDuration, addMs } from '#lib/shared/time.ts';
import { aJourney, aSend, start } from '../journey-examples.ts';
import { aWorld } from '../journey-world.ts';

const experiment = (more: Record<string, unknown> = {}): StepOf<'experiment'> => {
  const variants = ['Short', 'Long'].map((id) => ({ id, weight: 1, next: id }));
  const step = { kind: 'experiment', salt: 'hello', variants, goal: { event: 'Bought' }, window: '7d', ...more };
  const { steps } = journeyWith(step);
  return steps.Which as StepOf<'experiment'>;
};

const journeyWith = (step: unknown) =>
  aJourney({ start: 'Which', steps: { Which: step, Short: aSend(), Long: aSend(), Done: { kind: 'exit' } } });

const shipped = [journeyWith({ ...experiment({ winner: { mode: 'automatic' } }) })];

async function aCounter() {
  const world = await aWorld();
  const journeys = journeyStore(world.table, { clock: world.clock, shipped });
  const stats = statsStore(world.table);
  const counting = countJourneyEvent({ ...world, stats, journeys });
  let told = 0;
  const tell = (name: string, facts: Record<string, unknown>, id = `event-${told++}`) => {
    const who = { workspace: 'acme', customer: `u:${told % 7}`, customerId: 'x', occurredAt: start };
    const what = { enrolmentId: 'e1', journeyId: 'welcome', version: 1 };
    return counting({ 'detail-type': name, detail: { id, ...who, ...what, ...facts } });
  };
  return { ...world, journeys, stats, tell };
}

const cause = { messageId: 'm', name: 'Bought', at: start, properties: {} };

test('outcomes, variants and guard rails may have any name', async () => {
  const { tell, stats, journeys } = await aCounter();
  const odd = 'constructor';
  await tell('EnrolmentEnded', { outcome: odd });
  for (const variant of [odd, 'Long']) await tell('VariantAssigned', { stepId: 'Which', variant });
  await tell('GoalReached', { cause, stepId: 'Which', variant: odd, guardrail: odd });
  const guarded = { ended: { [odd]: 1 }, experiments: { Which: { [odd]: { assigned: 1, guardrails: { [odd]: 1 } } } } };
  expect(await stats.read('acme', 'welcome')).toMatchObject([guarded]);
  const place = { workspace: 'acme', journeyId: 'welcome', version: 1, stepId: 'Which' };
  const { counts } = (await experimentOf({ stats, journeys }, place))!;
  expect(counts[odd]).toEqual({ assigned: 1, goal: 0, guardrails: { [odd]: 1 } });
  const variants = [odd, 'Long'].map((id) => ({ id, weight: 1, next: 'Done' }));
  const step = { ...experiment(), variants, guardrails: [{ name: odd, event: { event: ['Complained'] } }] };
  expect(experimentResultOf('Which', step, { Long: counts.Long! })).toMatchObject({ conclusion: 'collecting' });
});

test('what happens is counted by version, outcome, step and variant, over all shards', async () => {
  const { tell, stats } = await aCounter();
  for (let n = 0; n < 9; n++) await tell('EnrolmentStarted', {});
  await tell('EnrolmentStarted', { version: 2 });
  for (const outcome of ['completed', 'completed', 'exited']) await tell('EnrolmentEnded', { outcome });
  await tell('GoalReached', { cause });
  for (const variant of ['Short', 'Long', 'Long']) await tell('VariantAssigned', { stepId: 'Which', variant });
  await tell('GoalReached', { cause, stepId: 'Which', variant: 'Long' });
  await tell('GoalReached', { cause, stepId: 'Which', variant: 'Long', guardrail: 'Un#subscribed' });
  expect(await stats.read('acme', 'welcome')).toEqual([
    { version: 2, entered: 1, ended: {}, goal: 0, experiments: {} },
    {
      version: 1,
      entered: 9,
      ended: { completed: 2, exited: 1 },
      goal: 1,
      experiments: {
        Which: {
          Short: { assigned: 1, goal: 0, guardrails: {} },
          Long: { assigned: 2, goal: 1, guardrails: { 'Un#subscribed': 1 } },
        },
      },
    },
  ]);
});

test('what is told again is counted once', async () => {
  const { tell, stats } = await aCounter();
  const same = async () => tell('EnrolmentStarted', { customer: 'u:mina' }, 'same');
  expect([await same(), await same()]).toEqual(['counted', 'again']);
  expect(await stats.read('acme', 'welcome')).toMatchObject([{ entered: 1 }]);
});

const arm = (assigned: number, goal: number): VariantStats => ({ assigned, goal, guardrails: {} });
const clear = { Short: arm(5_000, 500), Long: arm(5_000, 1_000) };
const head: JourneyRecord = deployedJourneyRecord(shipped[0]!);

type Counts = Record<string, VariantStats>;

const decide = (step: StepOf<'experiment'>, counts: Counts, { from = head, now = start } = {}) =>
  decideExperimentWinner(from, { stepId: 'Which', step, counts, now });

test('an automatic winner is written when the counts are clear, and stays', () => {
  const step = experiment({ winner: { mode: 'automatic' } });
  expect(decide(step, { Short: arm(5_000, 500), Long: arm(5_000, 505) })).toBe(head);
  const won = decide(step, clear);
  expect(won.winners).toEqual({ Which: { variant: 'Long', salt: 'hello', by: 'automatic', at: start } });
  expect(decide(step, clear, { from: won })).toBe(won);
  expect(winnerOf(won, 'Which', step)?.variant).toBe('Long');
  expect(winnerOf(won, 'Which', { salt: 'another' })).toBeUndefined();
});

test('a fixed experiment is judged once it is full and the last window has passed', () => {
  const step = experiment({ winner: { mode: 'fixed', customers: 10_000 } });
  expect(decide(step, { Short: arm(100, 1), Long: arm(100, 90) })).toBe(head);
  const full = decide(step, clear);
  expect([full.winners, full.full]).toEqual([{}, { Which: { salt: 'hello', at: start } }]);
  expect(decide(step, clear, { from: full, now: addMs(addDuration(start, '7d'), -1) })).toBe(full);
  expect(decide(step, clear, { from: full, now: addDuration(start, '7d') }).winners).toMatchObject({
    Which: { by: 'fixed' },
  });
});

test('by hand nothing is decided, but the result is told', () => {
  const step = experiment();
  expect(decide(step, clear)).toBe(head);
  expect(experimentResultOf('Which', step, clear)).toMatchObject({ conclusion: 'winner', variant: 'Long' });
});

test('the winner is found by the events themselves', async () => {
  const { tell, table, journeys } = await aCounter();
  const row = { pk: 'acme#journey-stats#welcome', sk: 'v#000001#0' };
  const counts = { 'step#Which#Short#assigned': 5_000, 'step#Which#Long#assigned': 5_000 };
  await table.put({ ...row, ...counts, 'step#Which#Short#goal': 500, 'step#Which#Long#goal': 1_000 });
  expect(await tell('GoalReached', { cause, stepId: 'Which', variant: 'Long' })).toBe('won');
  expect((await journeys.readRecord('acme', 'welcome'))?.winners).toMatchObject({ Which: { variant: 'Long' } });
  expect(await tell('GoalReached', { cause, stepId: 'Which', variant: 'Long' })).toBe('counted');
});

test('versions count together as long as they have the same experiment', async () => {
  const { stats, journeys, tell } = await aCounter();
  const others: Record<number, string> = { 1: 'hello', 2: 'hello', 3: 'other' };
  const version = async (_workspace: string, _journey: string, n: number) => {
    const definition = { ...journeyWith(experiment({ salt: others[n] })), version: n };
    return { version: n, definition, arn: '' };
  };
  for (const n of [1, 2, 3]) await tell('VariantAssigned', { stepId: 'Which', variant: 'Long', version: n });
  const place = { workspace: 'acme', journeyId: 'welcome', version: 2, stepId: 'Which' };
  const found = await experimentOf({ stats, journeys: { ...journeys, version } }, place);
  expect(found?.counts).toMatchObject({ Long: { assigned: 2 } });
});

test('a winner is named by hand, and taken back', async () => {
  const world = await aCounter();
  const routes = handlePublishRoutes({ ...world, machines: {} as never, publisher: {} as never });
  const params = { id: 'welcome', step: 'Which' };
  const name = (variant: unknown, step = 'Which') =>
    routes['POST /v1/journeys/{id}/experiments/{step}/winner']!({
      ...{ workspace: 'acme', query: {}, headers: {} },
      params: { ...params, step },
      body: () => ({ variant }),
    });
  expect(await name('Short')).toMatchObject({ body: { winners: { Which: { variant: 'Short', by: 'manual' } } } });
  await expect(name('Nobody')).rejects.toMatchObject({ status: 400, code: 'journey.unknown-variant' });
  await expect(name('Short', 'Hello')).rejects.toMatchObject({ status: 404 });
  expect(await name(null)).toMatchObject({ body: { winners: {} } });
});
