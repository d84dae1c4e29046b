import * as z from 'zod';
import { metricLine, writeLine } from '../../../lib/aws/metrics.ts';
import { exportedItem, type TableExport } from '../../../lib/aws/table/table-export.ts';
import { ChurnDefinition } from '../../../lib/model/churn-definition.ts';
import { drawCustomer, drawOf, mostOfShare, sampleShares } from '../../../lib/churn/training/training-sample.ts';
import { type SampleStore } from '../../../lib/churn/training/sample-store.ts';
import { createSampleDrawer } from '../../../lib/churn/training/draw-sample.ts';
import { keys, partition } from '../../../lib/model/keys/table-keys.ts';
import { parsePartition } from '../../../lib/model/keys/parse-keys.ts';
import { type Profile } from '../../../lib/model/profile.ts';
import { readProfileItem } from '../../../lib/profile/profile-store.ts';
import { type Clock, minuteMs } from '../../../lib/shared/time.ts';

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

/**
 * Samples one share of the table's export within the time of one call. Returns the position to
 * continue at, or no position at the end. Safe to crash and to retry: a retry writes the same parts
 * again, and parts beyond the counted ones are never read. Logs and skips an unreadable line.
 * Throws for a missing or broken file.
 */
export function collectTrainingData({ exported, samples, clock }: Dependencies) {
  return async (event: unknown, context: { getRemainingTimeInMillis(): number }): Promise<Gathering> => {
    const { place = { file: 0, line: 0 }, ...gathering } = Gathering.parse(event);
    const { workspace, run, definition, share } = gathering;
    const now = clock.now();
    const files = await exported.files(gathering.exported);
    const sample = createSampleDrawer(gathering, {
      most: mostOfShare(files.length),
      put: (drawn, part) => samples.put({ workspace, run, share, part }, drawn, now),
    });
    const counts = { sampled: 0, unreadable: 0 };

    function take(line: string): void {
      try {
        const profile = profileOn(line, workspace, sample.sampling().bound);
        const one = profile && drawCustomer(profile, definition, now);
        if (!one) return;
        sample.add(one);
        counts.sampled++;
      } catch (error) {
        if (counts.unreadable++ === 0) console.error('a line is not read', gathering.exported, error);
      }
    }

    /**
     * Reads a file from a line on. Returns the line to continue at when time is up, or undefined at
     * the end of the file.
     */
    async function readFile(file: string, from: number): Promise<number | undefined> {
      let line = 0;
      for await (const lines of exported.lines(file)) {
        lines.slice(Math.max(0, from - line)).forEach(take);
        await sample.write();
        line += lines.length;
        if (line > from && context.getRemainingTimeInMillis() < spareMs) return line;
      }
      return undefined;
    }

    async function ended(left?: Gathering['place']): Promise<Gathering> {
      await sample.write(true);
      writeLine(metricLine('gather', counts, { now: Date.parse(now) }));
      return { ...gathering, ...sample.sampling(), ...(left && { place: left }) };
    }

    const own = files.filter((_, i) => i % sampleShares === share);
    for (const [file, key] of own.entries()) {
      if (file < place.file) continue;
      const line = await readFile(key, file === place.file ? place.line : 0);
      if (line !== undefined) return ended({ file, line });
    }
    return ended();
  };
}
