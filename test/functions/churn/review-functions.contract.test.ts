import { beforeEach, describe, expect, test, vi } from 'vitest';
import { assessRisk } from '#functions/churn/assess-churn/handler.ts';
import { reviewDueCustomers } from '#functions/churn/review-due-customers/handler.ts';
import { dynamoTable, type Table } from '#lib/aws/table/dynamo-table.ts';
import { createCustomerReviewer } from '#lib/projection/review/review-customer.ts';
import { workspaceStore } from '#lib/ingestion/workspace/workspace-store.ts';
import { Workspace } from '#lib/model/workspace.ts';
import { journeyStore } from '#lib/journey/publishing/journey-store.ts';
import { keys } from '#lib/model/keys/table-keys.ts';
import { type Profile } from '#lib/model/profile.ts';
import { segmentStore } from '#lib/segment/segment-store.ts';
import { profileStore, readSignals } from '#lib/profile/profile-store.ts';
import { addMs } from '#lib/shared/time.ts';
import { anEngine, localClient, theTable } from '../../support/engines.ts';
import { buyer, dayMs, start } from '../../churn/churn-customer.ts';

const anHour = { getRemainingTimeInMillis: () => 3_600_000 };

/** Metric lines go past `console`, so the runner cannot hold them back. */
beforeEach(() => void vi.spyOn(process.stdout, 'write').mockReturnValue(true));

async function aWorld({ wrap = (table: Table) => table, settings = {} } = {}) {
  const engine = await anEngine();
  const table = wrap(dynamoTable(localClient(engine.endpoint), theTable.ref));
  let now = start;
  const clock = { now: () => now };
  const [profiles, workspaces] = [profileStore(table), workspaceStore(table)];
  await workspaces.save(Workspace.parse({ id: 'local', name: 'Local', ...settings }));
  const [journeys, segments] = [journeyStore(table, { clock }), segmentStore(table, clock)];
  const dependencies = { profiles, workspaces, journeys, segments, clock };
  return {
    table,
    profiles,
    at: (days: number) => (now = addMs(start, days * dayMs)),
    sweep: reviewDueCustomers({ table, workspaces, clock, reviewer: createCustomerReviewer(dependencies) }),
    assess: assessRisk(createCustomerReviewer(dependencies)),
    know: (name: string, more: Partial<Profile> = {}) => {
      const profile = { ...buyer({ n: 4, every: 30 }), customer: `u:${name}`, ...more };
      return profiles.save({ profile }, 0);
    },
    /** A later batch of the stream. */
    fold: (name: string, more: Partial<Profile>) =>
      profiles.update({ workspace: 'local', customer: `u:${name}` }, (profile) => ({
        profile: { ...profile, ...more },
      })),
    signalsOf: async (name: string) => {
      const item = await table.get(keys.profile({ workspace: 'local', customer: `u:${name}` }));
      return typeof item?.signals === 'string' ? readSignals(item.signals).map((s) => s.type) : [];
    },
    profileOf: (name: string) => profiles.get({ workspace: 'local', customer: `u:${name}` }),
  };
}

const due = (days: number) => ({ nextReview: addMs(start, days * dayMs) });

describe('a sweep', () => {
  test('looks at who is due and at nobody else', async () => {
    const world = await aWorld();
    for (const n of [1, 2, 3]) await world.know(`due${n}`, due(100));
    await world.know('later', due(200));
    world.at(150);
    expect(await world.sweep({}, anHour)).toMatchObject({ reviewed: 3, failed: 0 });
    expect((await world.profileOf('due1'))?.churn?.band).toBe('medium');
    expect(await world.profileOf('later')).not.toHaveProperty('churn');
  });

  test('signals a silence and the bands on the way, each once, and leaves the customer in peace after that', async () => {
    const world = await aWorld();
    await world.know('mina', { ...due(91), stage: { id: 'retention', since: start, rule: 'retention' } });
    const told: string[] = [];
    for (let day = 91; day < 400; day++) {
      world.at(day);
      const { reviewed } = await world.sweep({}, anHour);
      if (reviewed > 0) told.push(...(await world.signalsOf('mina')));
    }
    expect(told).toEqual(['silent', 'churn', 'churn']);
    const { nextReview = '' } = (await world.profileOf('mina')) ?? {};
    expect(nextReview > addMs(start, 800 * dayMs)).toBe(true);
  });

  test('run twice at once reviews each customer once', async () => {
    const world = await aWorld();
    for (let n = 0; n < 30; n++) await world.know(`c${n}`, due(100));
    world.at(101);
    const runs = await Promise.all([world.sweep({}, anHour), world.sweep({}, anHour)]);
    expect(runs.reduce((sum, { reviewed }) => sum + reviewed, 0)).toBe(30);
  });

  test('is not held up by a customer who cannot be reviewed', async () => {
    const world = await aWorld();
    vi.spyOn(console, 'error').mockReturnValue(undefined);
    for (let n = 0; n < 5; n++) await world.know(`c${n}`, due(100));
    const broken = keys.profile({ workspace: 'local', customer: 'u:c2' });
    await world.table.update(broken, { expression: 'SET doc = :doc', values: { ':doc': 'not a profile' } });
    world.at(101);
    expect(await world.sweep({}, anHour)).toMatchObject({ reviewed: 4, failed: 1 });
  });

  test('survives an index that still shows who was just reviewed', async () => {
    const stale: Awaited<ReturnType<Table['query']>> = [];
    const behind = (table: Table): Table => ({
      ...table,
      query: async (pk, options) => {
        const rows = await table.query(pk, options);
        if (options?.index !== 'byDue') return rows;
        stale.push(...rows);
        return stale.filter((row) => row.duePk === pk);
      },
    });
    const world = await aWorld({ wrap: behind });
    await world.know('mina', due(100));
    world.at(101);
    expect(await world.sweep({}, anHour)).toMatchObject({ reviewed: 1 });
    expect(await world.sweep({}, anHour)).toMatchObject({ reviewed: 0, 'not-due': 1 });
  });

  test('stops in time, and the next run goes on', async () => {
    const world = await aWorld();
    await world.know('mina', due(100));
    world.at(101);
    expect(await world.sweep({}, { getRemainingTimeInMillis: () => 5_000 })).toMatchObject({ reviewed: 0, cut: 4 });
    expect(await world.sweep({}, anHour)).toMatchObject({ reviewed: 1, cut: 0 });
  });

  test('moves a customer into a stage of the silent', async () => {
    const label = { en: 'Stage', ko: '단계' };
    const stageModel = {
      id: 'own',
      label,
      stages: [
        { id: 'here', label, entry: { not: { silentFor: '60d' } } },
        { id: 'asleep', label, entry: { silentFor: '60d' } },
      ],
    };
    const world = await aWorld({ settings: { stageModel } });
    await world.know('mina', { ...due(91), stage: { id: 'here', since: start, rule: 'here' } });
    for (let day = 91; day < 152; day++) await sweepAt(world, day);
    expect((await world.profileOf('mina'))?.stage?.id).toBe('asleep');
    const rows = await world.table.query('local#u:mina', { prefix: 's#' });
    expect(rows).toHaveLength(1);
  });
});

async function sweepAt(world: Awaited<ReturnType<typeof aWorld>>, day: number): Promise<void> {
  world.at(day);
  await world.sweep({}, anHour);
}

/** Mina's entering of a stage, as it is told over the bus. */
function entered(occurredAt: string) {
  const detail = { id: 'e1', workspace: 'local', customer: 'u:mina', customerId: 'mina', occurredAt };
  return { 'detail-type': 'StageEntered', detail: { ...detail, stage: 'retention', rule: 'retention' } };
}

test('a stage entered is assessed once, however often it is told', async () => {
  const world = await aWorld();
  await world.know('mina');
  const event = entered(addMs(start, 91 * dayMs - 60_000));
  world.at(91);
  expect(await world.assess(event)).toBe('reviewed');
  world.at(91.04);
  expect(await Promise.all([world.assess(event), world.assess(event)])).toEqual(['not-due', 'not-due']);
  expect((await world.profileOf('mina'))?.churn).toMatchObject({ band: 'low', assessedAt: addMs(start, 91 * dayMs) });
});

test('a purchase folded after the risk was assessed is assessed too, though it came before, and once', async () => {
  const world = await aWorld();
  const signedUp = addMs(start, -120_000);
  await world.know('mina', { lastSeen: signedUp, purchases: { n: 0, revenue: 0 } });
  world.at(0);
  expect(await world.assess(entered(signedUp))).toBe('reviewed');
  expect((await world.profileOf('mina'))?.churn?.insufficientData).toEqual(['purchase']);

  const bought = addMs(start, -60_000);
  const purchases = { n: 1, revenue: 50, first: bought, last: bought };
  await world.fold('mina', { lastSeen: bought, purchases });
  world.at(0.01);
  expect(await world.assess(entered(bought))).toBe('reviewed');
  const risk = (await world.profileOf('mina'))?.churn;
  expect(risk).toMatchObject({ insufficientData: ['repeat-purchase'], assessedAt: addMs(start, 0.01 * dayMs) });

  world.at(0.02);
  expect(await world.assess(entered(bought))).toBe('not-due');
  expect((await world.profileOf('mina'))?.churn).toEqual(risk);
});

test('a stage of long ago, told by an import, is left to the next review', async () => {
  const world = await aWorld();
  await world.know('mina');
  world.at(1);
  expect(await world.assess(entered(start))).toBe('not-due');
});
