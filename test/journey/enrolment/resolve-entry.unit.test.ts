import { expect, test } from 'vitest';
import { createEntryResolver } from '#lib/journey/enrolment/resolve-entry.ts';
import { type Table } from '#lib/aws/table/dynamo-table.ts';
import { type JourneyDefinition } from '#lib/journey/definition/journey-definition.ts';
import { enrolmentStore } from '#lib/journey/enrolment/enrolment-store.ts';
import { type JourneyRecord } from '#lib/journey/publishing/journey-record.ts';
import { journeyStore } from '#lib/journey/publishing/journey-store.ts';
import { keys } from '#lib/model/keys/table-keys.ts';
import { aJourney, aProfile, mina, start } from '../journey-examples.ts';
import { aliasArn, aWorld } from '../journey-world.ts';

const request = { id: 'event-1', name: 'Signed Up', at: start, properties: {} };

/** Entry requests to a journey in one environment, which counts its reads. */
async function anEnvironment(definition: JourneyDefinition = aJourney()) {
  const world = await aWorld();
  await world.know(aProfile({ journeys: {} }));
  const reads: string[] = [];
  const table: Table = {
    ...world.table,
    get: (...given) => (reads.push('get'), world.table.get(...given)),
    getMany: (...given) => (reads.push('getMany'), world.table.getMany(...given)),
  };
  const journeys = journeyStore(table, { clock: world.clock, shipped: [definition], arns: { welcome: aliasArn } });
  const resolveEntry = createEntryResolver({ journeys, enrolments: enrolmentStore(table), clock: world.clock });
  return {
    world,
    resolve: (customer = mina) => resolveEntry({ journeyId: 'welcome', customer, request }),
    change: async (change: Partial<JourneyRecord>) => {
      const head = await journeys.readRecord('acme', 'welcome', { consistent: true });
      await journeys.saveRecord('acme', { ...head!, ...change });
    },
    readsOf: async (what: () => Promise<unknown>) => {
      reads.length = 0;
      await what();
      return [...reads];
    },
  };
}

test('the head that was seen last is read again together with the door it leads to', async () => {
  const { resolve, readsOf } = await anEnvironment();
  const first = await resolve();
  expect(first).not.toHaveProperty('prefetched');
  expect(await readsOf(resolve)).toEqual(['getMany']);
  expect(await resolve()).toMatchObject({ ...first, prefetched: { snapshot: { entryState: { entries: 0 } } } });
});

test('a journey that was paused since takes nobody in, at once, and people again as soon as it is resumed', async () => {
  const { resolve, change } = await anEnvironment();
  await resolve();
  await change({ state: 'paused' });
  expect(await resolve()).toMatchObject({ closed: { reason: 'not-live', because: { state: 'paused' } } });
  await change({ state: 'live' });
  expect(await resolve()).not.toHaveProperty('closed');
});

test('a version that was published since is the one that is entered, by its own door', async () => {
  const { world, resolve, change } = await anEnvironment();
  const before = await resolve();
  const definition = aJourney({
    version: 2,
    entry: { triggers: [{ touchpoint: { event: 'Signed Up' } }], key: 'plan' },
  });
  const row = { doc: JSON.stringify(definition), versionArn: 'arn', publishedAt: start };
  await world.table.put({ ...keys.journeyVersion('acme', 'welcome', 2), ...row });
  await change({ routes: [{ version: 2, weight: 100 }] });
  expect(before).toMatchObject({ attempt: { version: { version: 1 } } });
  expect(await resolve()).toEqual({ reason: 'no-entry-key', because: { key: 'plan' } });
});

test('of a journey with a cap no door is read before its counters', async () => {
  const { resolve } = await anEnvironment(
    aJourney({ entry: { triggers: [{ touchpoint: { event: 'Signed Up' } }], cap: { max: 1 } } }),
  );
  await resolve();
  expect(await resolve()).not.toHaveProperty('prefetched');
});

test('a customer of several identities is at no door yet', async () => {
  const { world, resolve } = await anEnvironment();
  await resolve();
  const customer = { ...mina, customer: 'u:linked' };
  await world.know(aProfile({ customer: 'u:linked', linked: ['a:visitor'], journeys: {} }));
  expect(await resolve(customer)).toHaveProperty('prefetched', { snapshot: undefined });
});
