import * as z from 'zod';
import { metricLine, writeLine } from '#lib/aws/metrics.ts';
import { exportedItem, type TableExport } from '#lib/aws/table/table-export.ts';
import { ChurnDefinition } from '#lib/model/churn-definition.ts';
import { drawCustomer, drawOf, mostOfShare, sampleShares } from '#lib/churn/training/training-sample.ts';
import { type SampleStore } from '#lib/churn/training/sample-store.ts';
import { createSampleDrawer } from '#lib/churn/training/draw-sample.ts';
import { keys, partition } from '#lib/model/keys/table-keys.ts';
import { parsePartition } from '#lib/model/keys/parse-keys.ts';
import { type Profile } from '#lib/model/profile.ts';
import { readProfileItem } from '#lib/profile/profile-store.ts';
import { compact } from '#lib/shared/records.ts';
import { type Clock, type Instant, minuteMs } from '#lib/shared/time.ts';

interface Dependencies {
  exported: TableExport;
  samples: Pick<SampleStore, 'put'>;
  clock: Clock;
}

/**
 * Input and output of one call: the position in a share's files (file, line), and the state of the
 * sample drawn so far.
 */
const Gathering = z.object({
  workspace: z.string(),
  run: z.string(),
  definition: ChurnDefinition,
  /** ARN of the export. */
  exported: z.string(),
  share: z.int(),
  place: z.object({ file: z.int(), line: z.int() }).optional(),
  bound: z.number().default(1),
  kept: z.int().default(0),
  parts: z.int().default(0),
});
export type Gathering = z.infer<typeof Gathering>;

/** Time that must be left before the next lines are read, ms. */
const spareMs = minuteMs;

const { sk: profileKey } = keys.profile({ workspace: '', customer: '' });

/**
 * Returns the profile on a line of the export, if it belongs to the workspace and its draw is below
 * the bound. Most lines are other items. A text search skips those without parsing. Throws for a
 * line that cannot be parsed.
 */
function profileOn(line: string, workspace: string, bound: number): Profile | undefined {
  const prefix = partition({ workspace, customer: '' });
  if (!line.includes(`"${profileKey}"`) || !line.includes(`"${prefix}`)) return undefined;
  const item = exportedItem(line);
  if (item.sk !== profileKey || !item.pk.startsWith(prefix)) return undefined;
  if (drawOf(parsePartition(item.pk)) >= bound) return undefined;
  return readProfileItem(item)?.profile;
}

type SampleDrawer = ReturnType<typeof createSampleDrawer>;

/** One call: its input, the sample it draws, and what it counted so far. */
interface Collection {
  input: Gathering;
  sample: SampleDrawer;
  counts: { sampled: number; unreadable: number };
  now: Instant;
}

/** Adds the customer on a line to the sample. Logs the first line that cannot be read. */
function sampleLine({ input, sample, counts, now }: Collection, line: string): void {
  try {
    const profile = profileOn(line, input.workspace, sample.sampling().bound);
    const drawn = profile && drawCustomer(profile, input.definition, now);
    if (!drawn) return;
    sample.add(drawn);
    counts.sampled++;
  } catch (error) {
    if (counts.unreadable++ === 0) console.error('a line is not read', input.exported, error);
  }
}

/**
 * Samples the lines of a file from a line on. Returns the line to continue at if time is up, or
 * undefined at the end of the file.
 */
async function sampleFile(
  collection: Collection,
  { lines: portions, from }: { lines: AsyncIterable<string[]>; from: number },
  isTimeUp: () => boolean,
): Promise<number | undefined> {
  let line = 0;
  for await (const lines of portions) {
    for (const text of lines.slice(Math.max(0, from - line))) sampleLine(collection, text);
    await collection.sample.write();
    line += lines.length;
    if (line > from && isTimeUp()) return line;
  }
  return undefined;
}

/** Samples the files of a share. Returns the position to continue at, or undefined at the end. */
async function sampleShare(
  exported: TableExport,
  { collection, files }: { collection: Collection; files: string[] },
  isTimeUp: () => boolean,
): Promise<Gathering['place']> {
  const { share, place = { file: 0, line: 0 } } = collection.input;
  const own = files.filter((_, i) => i % sampleShares === share);
  for (const [file, key] of own.entries()) {
    if (file < place.file) continue;
    const from = file === place.file ? place.line : 0;
    const line = await sampleFile(collection, { lines: exported.lines(key), from }, isTimeUp);
    if (line !== undefined) return { file, line };
  }
  return undefined;
}

async function collectShare(
  { exported, samples, clock }: Dependencies,
  input: Gathering,
  isTimeUp: () => boolean,
): Promise<Gathering> {
  const { workspace, run, share } = input;
  const now = clock.now();
  const files = await exported.files(input.exported);
  const sample = createSampleDrawer(input, {
    most: mostOfShare(files.length),
    put: (drawn, part) => samples.put({ workspace, run, share, part }, drawn, now),
  });
  const collection = { input, sample, counts: { sampled: 0, unreadable: 0 }, now };
  const place = await sampleShare(exported, { collection, files }, isTimeUp);
  await sample.write(true);
  writeLine(metricLine('gather', collection.counts, { now: Date.parse(now) }));
  return compact({ ...input, ...sample.sampling(), place });
}

/**
 * Samples one share of the table's export within the time of one call. Returns the position to
 * continue at, or no position at the end. Safe to crash and to retry: a retry writes the same parts
 * again, and parts beyond the counted ones are never read. Logs and skips an unreadable line.
 * Throws for a missing or broken file.
 */
export function collectTrainingData(dependencies: Dependencies) {
  return async (event: unknown, context: { getRemainingTimeInMillis(): number }): Promise<Gathering> =>
    collectShare(dependencies, Gathering.parse(event), () => context.getRemainingTimeInMillis() < spareMs);
}
