import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { createGzip } from 'node:zlib';
import { type AttributeValue, DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { localAccess } from '../engines/create-tables.ts';

/** A file of an export. */
export interface PackedTable {
  items: number;
  bytes: Buffer;
}

/** What an export is of, and for whom. */
export interface ExportFacts {
  exportArn: string;
  tableArn: string;
  s3Bucket: string;
  exportTime: string;
}

/**
 * DynamoDB writes one file or more for each partition of a table; one on demand begins with four.
 */
const partitions = 4;

const partitionOf = (pk: string): number => (createHash('md5').update(pk).digest()[0] ?? 0) % partitions;

const lineOf = (Item: Record<string, AttributeValue>): string =>
  JSON.stringify({ Item }, (_, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
  );

/** All items of a table, packed, a file for each partition. */
export async function packTable(endpoint: string, TableName: string): Promise<PackedTable[]> {
  const client = new DynamoDBClient({ endpoint, ...localAccess });
  const files = Array.from({ length: partitions }, () => {
    const zip = createGzip();
    return { zip, items: 0, bytes: buffer(zip) };
  });
  try {
    const add = (item: Record<string, AttributeValue>): void => {
      const file = files[partitionOf(item.pk?.S ?? '')];
      file?.zip.write(`${lineOf(item)}\n`);
      if (file) file.items++;
    };
    for await (const { Items = [] } of paginateScan({ client }, { TableName })) Items.forEach(add);
  } finally {
    client.destroy();
    for (const { zip } of files) zip.end();
  }
  return Promise.all(files.map(async ({ items, bytes }) => ({ items, bytes: await bytes })));
}

/** An export as objects of a bucket, in the layout that DynamoDB documents. */
export function exportObjects(packed: PackedTable[], facts: ExportFacts) {
  const folder = `AWSDynamoDB/${facts.exportArn.split('/').at(-1)}`;
  const files = packed.map(({ items, bytes }, i) => {
    const md5 = createHash('md5').update(bytes).digest();
    const dataFileS3Key = `${folder}/data/${String(i).padStart(12, '0')}.json.gz`;
    const line = { itemCount: items, md5Checksum: md5.toString('base64'), etag: md5.toString('hex'), dataFileS3Key };
    return { line, bytes };
  });
  const manifestFilesS3Key = `${folder}/manifest-files.json`;
  const itemCount = packed.reduce((sum, { items }) => sum + items, 0);
  const summary = {
    ...{ version: '2020-06-30', ...facts, startTime: facts.exportTime, endTime: facts.exportTime, s3Prefix: null },
    ...{ s3SseAlgorithm: 'AES256', manifestFilesS3Key, itemCount, outputFormat: 'DYNAMODB_JSON' },
  };
  return {
    itemCount,
    manifest: `${folder}/manifest-summary.json`,
    objects: Object.fromEntries([
      ...files.map(({ line, bytes }) => [line.dataFileS3Key, bytes] as const),
      [manifestFilesS3Key, Buffer.from(files.map(({ line }) => `${JSON.stringify(line)}\n`).join(''))],
      [`${folder}/manifest-summary.json`, Buffer.from(JSON.stringify(summary))],
    ]),
  };
}
