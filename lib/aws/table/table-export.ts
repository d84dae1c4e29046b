import { pipeline, type Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import { type AttributeValue } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { type Objects } from '../object-store.ts';
import { type Item, toItem } from './dynamo-table.ts';

/** What we read of an export's `manifest-summary.json`. */
export const ExportSummary = z.looseObject({ manifestFilesS3Key: z.string() });

/** What we read of a line of its `manifest-files.json`. */
export const ExportFile = z.looseObject({ dataFileS3Key: z.string() });

/** A line of a data file: an item as DynamoDB's API shows it. */
export const ExportLine = z.object({
  Item: z
    .record(z.string(), z.record(z.string(), z.unknown()))
    .refine(({ pk, sk }) => typeof pk?.S === 'string' && typeof sk?.S === 'string', 'has no key'),
});

/** `ExportTableToPointInTime`'s export of the table, in DynamoDB's JSON. It never changes: whoever reads it again reads the same. */
export interface TableExport {
  /** Keys of the files that hold the items, always in the same order. */
  files(exportArn: string): Promise<string[]>;
  /**
   * Lines of a file, in the portions in which they come. Fails when the file is not there, or not whole: gzip tells by its length and its sum.
   */
  lines(file: string): AsyncIterable<string[]>;
}

/** What is unpacked at once. */
const chunkBytes = 256 * 1024;

/** Lines of what comes in pieces. */
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

/** Of a partition without items DynamoDB leaves an empty file; whether that is packed nothing or nothing at all is not said. */
const isNothing = (error: unknown, bytesRead: number): boolean =>
  bytesRead === 0 && error instanceof Error && 'code' in error && error.code === 'Z_BUF_ERROR';

/** Who stops reading ends both streams, and what breaks the first is told by the second. */
async function* unpacked(packed: Readable): AsyncIterable<Uint8Array> {
  const zip = createGunzip({ chunkSize: chunkBytes });
  pipeline(packed, zip, () => undefined);
  try {
    yield* zip as AsyncIterable<Buffer>; // no encoding is set
  } catch (error) {
    if (!isNothing(error, zip.bytesWritten)) throw error;
  }
}

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

/** The item on a line. Throws for what is none. */
export function exportedItem(line: string): Item {
  const { Item } = ExportLine.parse(JSON.parse(line));
  return toItem(Item as unknown as Record<string, AttributeValue>); // DynamoDB's own JSON but for binary values, of which we have none
}
