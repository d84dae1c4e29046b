import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { marshall } from '@aws-sdk/util-dynamodb';
import { exportObjects } from '../../infra/local/s3-export/export-files.ts';
import { type Objects } from '../../lib/aws/object-store.ts';
import { type Item } from '../../lib/aws/table/dynamo-table.ts';

const tableArn = 'arn:aws:dynamodb:us-east-1:000000000000:table/Throughline';
export const exportArn = `${tableArn}/export/01772416800000-a1b2c3d4`;

/** An item as a line of an export has it. */
export const lineOf = (item: Item): string =>
  JSON.stringify({ Item: marshall(item, { removeUndefinedValues: true, convertClassInstanceToMap: false }) });

/** The objects of an export whose files hold these lines. */
export function exportOf(...files: string[][]): Record<string, Buffer> {
  const packed = files.map((lines) => ({
    items: lines.length,
    bytes: gzipSync(lines.map((line) => `${line}\n`).join('')),
  }));
  const facts = { exportArn, tableArn, s3Bucket: 'exports', exportTime: '2026-03-02T02:00:00.000Z' };
  return exportObjects(packed, facts).objects;
}

/** A bucket in memory; what it holds comes in pieces of so many bytes. */
export const bucketOf = (objects: Record<string, Buffer>, pieceBytes = 1_000): Objects => ({
  open(key) {
    const bytes = objects[key];
    if (!bytes) return Promise.reject(new Error(`NoSuchKey ${key}`));
    const pieces = Array.from({ length: Math.ceil(bytes.length / pieceBytes) }, (_, i) =>
      bytes.subarray(i * pieceBytes, (i + 1) * pieceBytes),
    );
    return Promise.resolve(Readable.from(pieces));
  },
});

/** Keys of its data files. */
export const dataFilesOf = (objects: Record<string, Buffer>): string[] =>
  Object.keys(objects).filter((key) => key.endsWith('.json.gz'));
