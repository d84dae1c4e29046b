import { pipeline, type Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import { type AttributeValue } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { type Objects } from '../object-store.ts';
import { type Item, toItem } from './dynamo-table.ts';

/** The field used of an export's `manifest-summary.json`. */
export const ExportSummary = z.looseObject({ manifestFilesS3Key: z.string() });

/** The field used of a line in `manifest-files.json`. */
export const ExportFile = z.looseObject({ dataFileS3Key: z.string() });

/** A line of a data file: an item in DynamoDB's JSON. */
export const ExportLine = z.object({
  Item: z
    .record(z.string(), z.record(z.string(), z.unknown()))
    .refine(({ pk, sk }) => typeof pk?.S === 'string' && typeof sk?.S === 'string', 'has no key'),
});

/**
 * An export by `ExportTableToPointInTime`, in DynamoDB's JSON. It never changes, so every read
 * returns the same.
 */
export interface TableExport {
  /** Returns the keys of the data files, always in the same order. */
  files(exportArn: string): Promise<string[]>;
  /**
   * Yields the lines of a file, in portions. Fails if the file is missing or incomplete, which gzip
   * detects by length and checksum.
   */
  lines(file: string): AsyncIterable<string[]>;
}

/** Bytes unpacked at once. */
const chunkBytes = 256 * 1024;

/** Splits chunks into lines. */
async function* linesOf(pieces: AsyncIterable<Uint8Array>): AsyncIterable<string[]> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const piece of pieces) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    if (lines.length > 0) yield lines;
  }
  if (rest !== '') yield [rest];
}

/**
 * DynamoDB exports an empty partition as an empty file. Whether it is gzipped is not documented.
 */
const isNothing = (error: unknown, bytesRead: number): boolean =>
  bytesRead === 0 && error instanceof Error && 'code' in error && error.code === 'Z_BUF_ERROR';

/**
 * Unpacks a stream. A reader that stops closes both streams, and an error of the first is thrown by
 * the second.
 */
async function* unpacked(packed: Readable): AsyncIterable<Uint8Array> {
  const zip = createGunzip({ chunkSize: chunkBytes });
  pipeline(packed, zip, () => undefined);
  try {
    yield* zip as AsyncIterable<Buffer>; // no encoding is set
  } catch (error) {
    if (!isNothing(error, zip.bytesWritten)) throw error;
  }
}

/** The export behind a bucket's objects. */
export function tableExport(objects: Objects): TableExport {
  const read = async (key: string): Promise<string> => text(await objects.open(key));

  return {
    async files(exportArn) {
      const id = exportArn.split('/').at(-1) ?? '';
      const summary = ExportSummary.parse(JSON.parse(await read(`AWSDynamoDB/${id}/manifest-summary.json`)));
      const lines = (await read(summary.manifestFilesS3Key)).split('\n').filter((line) => line.trim() !== '');
      return lines.map((line) => ExportFile.parse(JSON.parse(line)).dataFileS3Key);
    },

    async *lines(file) {
      yield* linesOf(unpacked(await objects.open(file)));
    },
  };
}

/** Parses an item. Throws if the line has none. */
export function exportedItem(line: string): Item {
  const { Item } = ExportLine.parse(JSON.parse(line));
  return toItem(Item as unknown as Record<string, AttributeValue>); // DynamoDB's own JSON but for binary values, of which we have none
}
