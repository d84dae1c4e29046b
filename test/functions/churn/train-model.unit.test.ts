import { beforeEach, expect, test, vi } from 'vitest';
import { trainModel } from '#functions/churn/train-model/handler.ts';
import { executionArn } from '#lib/shared/execution-arn.ts';
import { chooseRiskModel, isTrainedForDefinition } from '#lib/churn/choose-risk-model.ts';
import { packKeyDays } from '#lib/profile/codec/key-days-codec.ts';
import { type ChurnDefinition, defaultChurnDefinition } from '#lib/model/churn-definition.ts';
import { modelStore } from '#lib/churn/training/model-store.ts';
import { type SampledCustomer } from '#lib/churn/training/training-sample.ts';
import { sampleStore } from '#lib/churn/training/sample-store.ts';
import { hasFailed, startTraining } from '#lib/churn/training/start-training.ts';
import { Workspace } from '#lib/model/workspace.ts';
import { addMs } from '#lib/shared/time.ts';
import { memoryTable } from '../../support/memory-table.ts';
import { buyer, dayMs, silentFor, start } from '../../churn/churn-customer.ts';

beforeEach(() => {
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
});

const today = Math.floor(Date.parse(start) / dayMs);
const atNight = `${start.slice(0, 10)}T23:30:00.000Z`;

/** Everybody came daily for so many days, the last `quietFor` days ago. */
const daily = (n: number, quietFor: number): SampledCustomer[] =>
  Array.from({ length: n }, (_, i) => {
    const recent = Array.from({ length: 20 }, (_, back) => ({ day: today - quietFor - 19 + back, worth: 1 }));
    return [(i + quietFor / 100) / n, packKeyDays({ recent })];
  });

/** Learns of 30 who came until yesterday, and 10 who stopped a week ago, when the clock says `now`. */
async function learntAt(now: string) {
  const table = memoryTable();
  const [samples, models] = [sampleStore(table), modelStore(table, { now: () => now })];
  const whose = { workspace: 'shop', run: 'r1', share: 0 };
  await samples.put({ ...whose, part: 0 }, [...daily(30, 1), ...daily(10, 7)], atNight);
  const asked = { ...whose, definition: { ...defaultChurnDefinition, horizonDays: 1 }, began: atNight };
  const { version } = await trainModel({ samples, models, clock: { now: () => now } })({
    ...asked,
    shares: [{ share: 0, bound: 1, parts: 1 }],
  });
  return (await models.get('shop', version))!.model;
}

test('the day on which a training began is none that customers are known on, though it ends on the next', async () => {
  const [before, after] = [await learntAt(addMs(atNight, 60_000)), await learntAt(addMs(atNight, 3_600_000))];
  expect(before.page.window?.baseRate).toBe(0.25);
  expect(after).toEqual(before);
});

/** Trainings that are started, and executions that came to a bad end. */
function aWorld(now = { at: start }) {
  const table = memoryTable();
  const clock = { now: () => now.at };
  const machineArn = 'arn:aws:states:us-east-1:0:stateMachine:train';
  const started: string[] = [];
  const failed = new Set<string>();
  const models = modelStore(table, clock);
  const dependencies = {
    ...{ models, machineArn, clock },
    executions: {
      start: (arn: string, name: string) => {
        if (!started.includes(name)) started.push(name);
        return Promise.resolve(executionArn(arn, name));
      },
    },
    histories: { hasFailed: (arn: string) => Promise.resolve(failed.has(arn)) },
  };
  const shop = Workspace.parse({ id: 'shop', name: 'Shop' });
  return {
    ...{ started, dependencies, models },
    begin: async (run: string) => (await startTraining(dependencies, shop, run)).run,
    fail: (run: string) => failed.add(executionArn(machineArn, run)),
    later: (ms: number) => (now.at = addMs(now.at, ms)),
  };
}

test('a training under way is what is answered, one that failed is given up for the next', async () => {
  const { begin, fail, started } = aWorld();
  expect([await begin('one'), await begin('two')]).toEqual(['one', 'one']);
  fail('one');
  expect([await begin('three'), await begin('four')]).toEqual(['three', 'three']);
  expect(started).toEqual(['one', 'three']);
});

test('of two who ask at once after a failure one begins, and both are answered that', async () => {
  const { begin, fail, started } = aWorld();
  await begin('one');
  fail('one');
  const [two, three] = await Promise.all([begin('two'), begin('three')]);
  expect(two).toBe(three);
  expect(started).toEqual(['one', two]);
});

test('the failed one asked for again under its name stays what it is', async () => {
  const { begin, fail, started } = aWorld();
  await begin('one');
  fail('one');
  expect(await begin('one')).toBe('one');
  expect(started).toEqual(['one']);
});

test('one that was noted and never started is started by whoever asks next', async () => {
  const { begin, models, started } = aWorld();
  await models.update('shop', (state) => ({ ...state, training: { run: 'one', startedAt: start } }));
  expect(await begin('two')).toBe('one');
  expect(started).toEqual(['one']);
});

test('a training counts as failed only while it is noted as under way', async () => {
  const { begin, fail, models, dependencies, later } = aWorld();
  await begin('one');
  expect(await hasFailed(await models.state('shop'), dependencies)).toBe(false);
  fail('one');
  expect(await hasFailed(await models.state('shop'), dependencies)).toBe(true);
  later(dayMs);
  expect(await hasFailed(await models.state('shop'), dependencies)).toBe(false);
});

test.each<[string, Partial<ChurnDefinition>, boolean]>([
  ['nothing', {}, true],
  ['the order of names', { keyEvents: ['Renewed', 'Order Completed'] }, true],
  ['bands', { bands: { medium: 0.2, high: 0.3 } }, true],
  ['the horizon', { horizonDays: 60 }, false],
  ['key events', { keyEvents: ['Order Completed'] }, false],
  ['key events back to purchases', { keyEvents: undefined }, false],
])('a model is gone by after a change of %s: %o, %s', async (_, change, isGoneBy) => {
  const definition = { ...defaultChurnDefinition, horizonDays: 1, keyEvents: ['Order Completed', 'Renewed'] };
  const trained = { version: 1, definition, model: await learntAt(addMs(atNight, 1)) };
  const rules = { purchaseEvents: ['Purchase'], churn: { ...definition, ...change } };
  expect(isTrainedForDefinition(trained, rules)).toBe(isGoneBy);
  const customer = { ...buyer({ n: 1, every: 1 }), keyDays: { recent: [{ day: today, worth: 50 }] } };
  const risk = chooseRiskModel(rules, trained).assess(customer, silentFor(customer, 3));
  expect(risk).toMatchObject({ horizonDays: rules.churn.horizonDays });
  expect(risk?.modelVersion).toBe(isGoneBy ? 1 : undefined);
});
