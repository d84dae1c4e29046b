import { expect, test } from 'vitest';
import { ChurnDefinition } from '#lib/model/churn-definition.ts';
import { modelFormat } from '#lib/churn/fitted-model/churn-model.ts';
import { trainChurnModel } from '#lib/churn/fitted-model/train-model.ts';
import { modelStore } from '#lib/churn/training/model-store.ts';
import { keys } from '#lib/model/keys/table-keys.ts';
import { memoryTable } from '../../support/memory-table.ts';

const now = '2026-03-02T02:00:00.000Z';
const definition = ChurnDefinition.parse({});
const model = trainChurnModel([{ events: [{ day: 20_400, worth: 1 }] }], { now: 20_500, horizonDays: 90 });
const line = {
  ...{ run: 'acme-1', trainedAt: now, kind: model.kind, horizonDays: 90, customers: 1 },
  ...{ grade: model.page.grade, notes: model.page.notes, accepted: true },
};

test('a model that was published is gone by', async () => {
  const models = modelStore(memoryTable(), { now: () => now });
  await models.publish('acme', { definition, model, line });
  expect(await models.current('acme')).toEqual({ version: 1, definition, model });
});

test('a model of another format is as none: the cold start is gone by, and the next that is published', async () => {
  const table = memoryTable();
  const models = modelStore(table, { now: () => now });
  await models.publish('acme', { definition, model, line });
  const before = { ...model, version: modelFormat - 1, layout: { habit: 'as it was' } };
  await table.put({ ...keys.churnModel('acme', 1), doc: JSON.stringify({ definition, model: before }) });
  expect(await models.current('acme')).toBeUndefined();
  expect(await models.get('acme', 1)).toBeUndefined();
  await models.publish('acme', { definition, model, line: { ...line, run: 'acme-2' } });
  expect(await models.current('acme')).toEqual({ version: 2, definition, model });
});
