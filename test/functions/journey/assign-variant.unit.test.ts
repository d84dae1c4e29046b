import { expect, test } from 'vitest';
import { assignVariant } from '#functions/journey/assign-variant/handler.ts';
import { type JourneyRecord, deployedJourneyRecord } from '#lib/journey/publishing/journey-record.ts';
import { bucketOf } from '#lib/model/customer-bucket.ts';
import { type StepCall } from '#lib/journey/execution/step-call.ts';
import { firstRun } from '#lib/journey/enrolment/execution-input.ts';
import { chooseVariant } from '#lib/journey/steps/assign/choose-variant.ts';
import { Step, type StepOf } from '#lib/journey/definition/step.ts';
import { addDuration } from '#lib/shared/time.ts';
import { aCall, aJourney, anInput, aProfile, mina, start } from '../../journey/journey-examples.ts';
import { aWorld, Life, survives, type World } from '../../journey/journey-world.ts';

const experiment = Step.parse({
  kind: 'experiment',
  salt: 'subject line',
  variants: [
    { id: 'short', weight: 2, next: 'Done' },
    { id: 'long', weight: 1, next: 'Done' },
  ],
  holdout: { weight: 1, next: 'Done' },
  goal: { event: 'Order Completed' },
  window: '7d',
  guardrails: [{ name: 'unsubscribed', event: { event: 'Unsubscribed' } }],
}) as StepOf<'experiment'>;

const visit = (bucket: number, more: Partial<StepCall> = {}) =>
  aCall(experiment, { enrolment: anInput({ splits: { Hello: bucket } }), ...more });

/** What the signals of Mina's profile tell, as `relay` reads them. */
async function told(world: World): Promise<unknown[]> {
  const row = await world.table.get({ pk: 'acme#u:mina', sk: 'profile' });
  return typeof row?.signals === 'string' ? (JSON.parse(row.signals) as unknown[]) : [];
}

test.each([
  [0, 0, 'short'],
  [4_999, 0, 'short'],
  [5_000, 1, 'long'],
  [7_499, 1, 'long'],
  [7_500, -1, 'holdout'],
  [9_999, -1, 'holdout'],
])('the bucket %i is variant %i', async (bucket, variant, name) => {
  const world = await aWorld();
  await world.know(aProfile());
  expect(await assignVariant(world)(visit(bucket))).toMatchObject({ variant, because: { variant: name } });
  expect(await told(world)).toMatchObject([{ type: 'assigned', enrolmentId: 'e1', stepId: 'Hello', variant: name }]);
});

test('the goal and each guard rail count from the assignment on', async () => {
  const world = await aWorld();
  await world.know(aProfile());
  await assignVariant(world)(visit(0));
  const common = {
    enrolmentId: 'e1',
    stepId: 'Hello',
    variant: 'short',
    since: start,
    until: addDuration(start, '7d'),
  };
  expect((await world.profiles.get(mina))?.goals).toMatchObject({
    'e1/Hello': { ...common, on: { event: 'Order Completed' } },
    'e1/Hello/unsubscribed': { ...common, guardrail: 'unsubscribed', on: { event: 'Unsubscribed' } },
  });
});

test('wherever it dies, and however often it is visited, nobody is counted twice', async () => {
  for (let last = 1, alive = false; !alive; last++) {
    const world = await aWorld();
    await world.know(aProfile());
    const life = new Life(last);
    const profiles = life.live(world.profiles, ['update']);
    alive = await survives(() => assignVariant({ ...world, profiles })(visit(0)));
    const rev = async () => (await world.table.get({ pk: 'acme#u:mina', sk: 'profile' }))?.rev;
    await assignVariant(world)(visit(0));
    const counted = await rev();
    // The goal has been reached meanwhile, and a loop leads back.
    await world.profiles.update(mina, (profile) => ({ profile: { ...profile, goals: {} } }));
    await assignVariant(world)(visit(0, { occurrence: 1 }));
    expect(await rev()).toBe(Number(counted) + 1);
    expect((await world.profiles.get(mina))?.goals).toEqual({});
  }
});

test('a test person gets a variant and is counted nowhere', async () => {
  const world = await aWorld();
  await world.know(aProfile());
  const enrolment = anInput({ splits: { Hello: 0 }, run: { ...firstRun, test: true } });
  expect(await assignVariant(world)(visit(0, { enrolment }))).toMatchObject({ variant: 0 });
  expect(await told(world)).toEqual([]);
});

const won = (salt: string): JourneyRecord => ({
  ...deployedJourneyRecord(aJourney()),
  winners: { Hello: { variant: 'long', salt, by: 'manual', at: start } },
});

test('once it is won everybody gets the winner, those held back too, and nobody is counted', async () => {
  const world = await aWorld();
  await world.know(aProfile());
  await world.journeys.saveRecord('acme', won('subject line'));
  for (const bucket of [0, 9_999]) expect(await assignVariant(world)(visit(bucket))).toMatchObject({ variant: 1 });
  expect(await told(world)).toEqual([]);
});

test('a winner of another salt is of another experiment', async () => {
  const world = await aWorld();
  await world.know(aProfile());
  await world.journeys.saveRecord('acme', won('an older test'));
  expect(await assignVariant(world)(visit(0))).toMatchObject({ variant: 0 });
});

test('100,000 customers are dealt out within one percent of the weights, and again the same way', () => {
  const dealt = new Map<number, number>();
  for (let i = 0; i < 100_000; i++) {
    const bucket = bucketOf(experiment.salt, { workspace: 'acme', customer: `u:${i}` });
    const variant = chooseVariant(experiment, { stepId: 'Hello', bucket, record: undefined });
    dealt.set(variant, (dealt.get(variant) ?? 0) + 1);
    expect(bucketOf(experiment.salt, { workspace: 'acme', customer: `u:${i}` })).toBe(bucket);
  }
  for (const [variant, share] of [
    [0, 0.5],
    [1, 0.25],
    [-1, 0.25],
  ] as const)
    expect(Math.abs((dealt.get(variant) ?? 0) / 100_000 - share)).toBeLessThan(0.01);
});

test('whom the gate stops gets no variant', async () => {
  const world = await aWorld();
  await world.know(aProfile());
  const held = { ...world, gate: () => Promise.resolve({ gate: 'hold' as const }) };
  expect(await assignVariant(held)(visit(0))).toEqual({ gate: 'hold' });
  expect(await told(world)).toEqual([]);
});
