import { expect, test } from 'vitest';
import { dynamoTable } from '#lib/aws/table/dynamo-table.ts';
import { webhookSecretStore } from '#lib/ingestion/workspace/webhook-secret-store.ts';
import { addMs } from '#lib/shared/time.ts';
import { anEngine, localClient, theTable } from '../../support/engines.ts';

const start = '2026-03-02T10:00:00.000Z';
const hours = (n: number) => n * 3_600_000;

/** The secrets of a workspace, as several environments see them. */
async function aTable() {
  const engine = await anEngine();
  const table = dynamoTable(localClient(engine.endpoint), theTable.ref);
  let now = start;
  const environment = () => webhookSecretStore(table, { now: () => now });
  return { environment, at: (ms: number) => (now = addMs(start, ms)) };
}

test('the first who asks makes the secret, and all who ask at once get that one', async () => {
  const { environment } = await aTable();
  const asked = await Promise.all(Array.from({ length: 8 }, () => environment().keys('acme')));
  expect(new Set(asked.flat()).size).toBe(1);
  const [secret = ''] = asked[0]!;
  expect(secret).toMatch(/^whsec_/);
  expect(Buffer.from(secret.slice(6), 'base64')).toHaveLength(32);
  expect(await environment().keys('other')).not.toContain(secret);
});

test('a replaced secret signs for another day', async () => {
  const { environment, at } = await aTable();
  const store = environment();
  const [old] = await store.keys('acme');
  at(hours(1));
  const rotated = await store.rotate('acme');
  expect(rotated).toHaveLength(2);
  expect(await store.keys('acme')).toEqual([rotated[0]?.secret, old]);
  at(hours(24.5));
  expect(await environment().keys('acme')).toHaveLength(2);
  at(hours(25.1));
  expect(await environment().keys('acme')).toEqual([rotated[0]?.secret]);
});

test('two that rotate at once make two, and neither is lost', async () => {
  const { environment } = await aTable();
  await environment().keys('acme');
  await Promise.all([environment().rotate('acme'), environment().rotate('acme')]);
  expect(new Set(await environment().keys('acme')).size).toBe(3);
});

test('whoever rotates again and again signs with the newest three', async () => {
  const { environment } = await aTable();
  for (let times = 0; times < 5; times++) await environment().rotate('acme');
  expect(await environment().current('acme')).toHaveLength(3);
});
