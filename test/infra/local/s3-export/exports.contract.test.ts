import { S3Client } from '@aws-sdk/client-s3';
import { expect, onTestFinished, test } from 'vitest';
import { startAwsEndpoint } from '#infra/local/http/aws-endpoint.ts';
import { VirtualClock } from '#infra/local/clock/virtual-clock.ts';
import { createExports } from '#infra/local/s3-export/exports.ts';
import { type Journal, openJournal } from '#infra/local/journal/open-journal.ts';
import { createObjects } from '#infra/local/s3-export/objects.ts';
import { localAccess } from '#infra/local/engines/create-tables.ts';
import { bucketObjects } from '#lib/aws/object-store.ts';
import { dynamoTable } from '#lib/aws/table/dynamo-table.ts';
import { exportedItem, tableExport } from '#lib/aws/table/table-export.ts';
import { anEngine, localClient, theTable } from '#test/support/engines.ts';

const hourMs = 3_600_000;
const bucket = { id: 'Bucket', ref: 'exports-bucket', arn: 'arn:aws:s3:::exports-bucket', expiresDays: 1 };
const request = (token: string) => ({
  ...{ TableArn: theTable.arn, S3Bucket: bucket.ref, S3SseAlgorithm: 'AES256', ExportFormat: 'DYNAMODB_JSON' },
  ClientToken: token,
});

/** The table on an engine, what exports it, and the bucket as S3's real client sees it. */
async function aWorld({ items = 0, journal = openJournal(':memory:') }: { items?: number; journal?: Journal } = {}) {
  const engine = await anEngine();
  const table = dynamoTable(localClient(engine.endpoint), theTable.ref);
  const rows = Array.from({ length: items }, (_, n) => ({ pk: `shop#u:${n}`, sk: 'profile', n, text: '안녕 "x"' }));
  await table.putMany(rows);
  const clock = new VirtualClock({ start: Date.parse('2026-03-01T00:00:00Z'), speed: 0 });
  const objects = createObjects({ buckets: [bucket], journal, clock });
  const exports = createExports({ endpoint: engine.endpoint, tables: [theTable], objects, journal, clock });
  const aws = await startAwsEndpoint({ handlers: { [`/${bucket.ref}`]: (action) => objects.call(action) } });
  onTestFinished(() => aws.stop());
  const client = new S3Client({ endpoint: aws.url, ...localAccess, maxAttempts: 1 });
  const exported = tableExport(bucketObjects(client, bucket.ref));
  return {
    ...{ table, rows, clock, journal, exported },
    ask: async (token: string, more: object = {}) =>
      (await exports.call('exportTableToPointInTime', { ...request(token), ...more })).ExportDescription,
    describe: async (ExportArn: string) => (await exports.call('describeExport', { ExportArn })).ExportDescription,
    /** Sort keys and such of all items of an export. */
    read: async (arn: string) => {
      const items: Record<string, unknown>[] = [];
      for (const file of await exported.files(arn))
        for await (const lines of exported.lines(file)) items.push(...lines.map(exportedItem));
      return items;
    },
  };
}

const byKey = (a: Record<string, unknown>, b: Record<string, unknown>) => String(a.pk).localeCompare(String(b.pk));

test('an export holds every item once, over several files, as S3’s client reads them', async () => {
  const world = await aWorld({ items: 120 });
  const { ExportArn, ExportStatus, ItemCount } = await world.ask('t1');
  expect([ExportStatus, ItemCount]).toEqual(['COMPLETED', 120]);
  expect((await world.exported.files(ExportArn)).length).toBeGreaterThan(1);
  expect((await world.read(ExportArn)).sort(byKey)).toEqual(world.rows.sort(byKey));
});

test('an export stays what it was, whatever is written after it', async () => {
  const world = await aWorld({ items: 3 });
  const { ExportArn } = await world.ask('t1');
  await world.table.put({ pk: 'shop#u:late', sk: 'profile' });
  expect(await world.read(ExportArn)).toHaveLength(3);
  expect(await world.describe(ExportArn)).toMatchObject({ ExportArn, ItemCount: 3, ClientToken: 't1' });
});

test('the same token is the same export for eight hours, also for who asks at once, and also after a restart', async () => {
  const world = await aWorld({ items: 2 });
  const arns = await Promise.all([1, 2, 3].map(async () => (await world.ask('t1')).ExportArn));
  expect(new Set(arns).size).toBe(1);
  const [arn = ''] = arns;
  const again = await aWorld({ journal: world.journal });
  expect((await again.ask('t1')).ExportArn).toBe(arn);
  expect(await again.read(arn)).toHaveLength(2);
  expect((await world.ask('t2')).ExportArn).not.toBe(arn);
  await world.clock.advance(8 * hourMs, () => Promise.resolve());
  expect((await world.ask('t1')).ExportArn).not.toBe(arn);
});

test('the same token with another request is refused', async () => {
  const world = await aWorld();
  await world.ask('t1');
  await expect(world.ask('t1', { S3SseAlgorithm: undefined })).rejects.toMatchObject({
    name: 'ExportConflictException',
  });
});

test('what nobody can export is refused by name, and leaves nothing under its token', async () => {
  const world = await aWorld();
  await expect(world.ask('t1', { TableArn: `${theTable.arn}x` })).rejects.toMatchObject({
    name: 'TableNotFoundException',
  });
  await expect(world.ask('t1', { ExportFormat: 'ION' })).rejects.toMatchObject({ name: 'ValidationException' });
  await expect(world.describe('nowhere')).rejects.toMatchObject({ name: 'ExportNotFoundException' });
  expect(await world.ask('t1')).toMatchObject({ ExportStatus: 'COMPLETED' });
});

test('what has lain in the bucket as long as its lifecycle says goes with the next export', async () => {
  const world = await aWorld({ items: 1 });
  const { ExportArn } = await world.ask('t1');
  await world.clock.advance(25 * hourMs, () => Promise.resolve());
  await world.ask('t2');
  await expect(world.exported.files(ExportArn)).rejects.toMatchObject({ name: 'NoSuchKey' });
});
