import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import exportFile from '#events/aws/export-file.json' with { type: 'json' };
import exportLine from '#events/aws/export-line.json' with { type: 'json' };
import exportSummary from '#events/aws/export-summary.json' with { type: 'json' };
import { exportedItem, tableExport } from '#lib/aws/table/table-export.ts';
import { readProfileItem } from '#lib/profile/profile-store.ts';
import { bucketOf, dataFilesOf, exportArn, exportOf } from '../../support/exported-table.ts';

async function linesOf(objects: Record<string, Buffer>, { file = dataFilesOf(objects)[0]!, pieceBytes = 7 } = {}) {
  const found: string[] = [];
  for await (const lines of tableExport(bucketOf(objects, pieceBytes)).lines(file)) found.push(...lines);
  return found;
}

/** The one data file of an export, with these bytes in it. */
function broken(bytes: Buffer): Record<string, Buffer> {
  const objects = exportOf(['{}']);
  return { ...objects, [dataFilesOf(objects)[0]!]: bytes };
}

test('DynamoDB’s own manifests lead to the files that hold the items', async () => {
  const { exportArn: arn, manifestFilesS3Key } = exportSummary;
  const lines = [exportFile, { ...exportFile, dataFileS3Key: 'another' }].map((line) => JSON.stringify(line));
  const objects = {
    'AWSDynamoDB/01772416800000-a1b2c3d4/manifest-summary.json': Buffer.from(JSON.stringify(exportSummary)),
    [manifestFilesS3Key]: Buffer.from(lines.join('\n')),
  };
  expect(await tableExport(bucketOf(objects)).files(arn)).toEqual([exportFile.dataFileS3Key, 'another']);
});

test('a line is an item of the table, read as the table’s own', () => {
  const item = exportedItem(JSON.stringify(exportLine));
  expect(item).toMatchObject({ pk: 'acme#u:mina', sk: 'profile', rev: 3 });
  expect(readProfileItem(item)?.profile).toMatchObject({
    workspace: 'acme',
    traits: { plan: { value: '무료' } },
    keyDays: { recent: [{ worth: 20 }, { worth: 35 }] },
  });
});

test.each([
  ['no JSON', '{"Item":{"pk":{"S":"acme#u'],
  ['no item', '{"Keys":{}}'],
  ['no key', '{"Item":{"pk":{"S":"acme#u:mina"}}}'],
  ['an attribute without a type', '{"Item":{"pk":{"S":"acme#u:mina"},"sk":{"S":"profile"},"doc":"text"}}'],
])('a line that is %s throws', (_, line) => {
  expect(() => exportedItem(line)).toThrow();
});

test('lines come whole, however the file is cut up on its way', async () => {
  const lines = Array.from({ length: 500 }, (_, n) => `{"n":${n},"text":"안녕 \u{1F600} ${'x'.repeat(n % 90)}"}`);
  for (const pieceBytes of [1, 13, 1_000_000]) expect(await linesOf(exportOf(lines), { pieceBytes })).toEqual(lines);
});

test('a file of an empty partition has no lines, whether it is packed nothing or nothing at all', async () => {
  expect(await linesOf(broken(gzipSync('')))).toEqual([]);
  expect(await linesOf(broken(Buffer.alloc(0)))).toEqual([]);
});

test('a file that is not whole fails, and is not taken for a shorter one', async () => {
  const whole = gzipSync(Array.from({ length: 1_000 }, (_, n) => `{"n":${n}}\n`).join(''));
  for (const bytes of [whole.subarray(0, whole.length - 4), whole.subarray(0, 20), Buffer.from('no gzip at all')])
    await expect(linesOf(broken(bytes))).rejects.toThrow();
});

test('a file that is not there fails, and so does an export of no manifest', async () => {
  await expect(linesOf(exportOf(['{}']), { file: 'nowhere' })).rejects.toThrow('NoSuchKey');
  await expect(tableExport(bucketOf({})).files(exportArn)).rejects.toThrow('NoSuchKey');
});

test('a connection that breaks fails the reading', async () => {
  const packed = gzipSync('{"n":1}\n'.repeat(10_000));
  const pieces = async function* () {
    yield await Promise.resolve(packed.subarray(0, 30));
    throw new Error('reset by peer');
  };
  const reading = async () => {
    const objects = { open: () => Promise.resolve(Readable.from(pieces())) };
    for await (const lines of tableExport(objects).lines('any')) expect(lines.length).toBeGreaterThan(0);
  };
  await expect(reading()).rejects.toThrow('reset by peer');
});
