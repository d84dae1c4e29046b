import * as z from 'zod';
import { Instant, instantAt, ZonedInstant } from '../../shared/time.ts';
import { bounded, Trimmed } from '../../shared/trim.ts';
import { scanSampleRatios } from './scan-sample-ratio.ts';

/** Experiments over time, with how their arms came out. */
export const ScanRequest = z.strictObject({
  experiments: z
    .array(
      z.strictObject({
        id: z.string().min(1).max(200),
        at: ZonedInstant.describe('when it started'),
        arms: z
          .array(z.strictObject({ n: z.int().min(0).max(1e12), weight: z.number().min(0).max(1e9) }))
          .min(2)
          .max(20)
          .refine((arms) => arms.some(({ weight }) => weight > 0), 'some arm has a weight'),
      }),
    )
    .min(1)
    .max(2_000),
});
export type ScanRequest = z.infer<typeof ScanRequest>;

/** Broken splits, and the windows in which they were more than chance. */
export const ScanAnswer = z.object({
  mismatched: z.array(z.string()).describe('experiments whose split is not the planned one'),
  windows: z
    .array(z.object({ from: Instant, to: Instant, experiments: z.int(), mismatched: z.int(), p: z.number() }))
    .describe('times in which splits broke more often than at others, the clearest first'),
  trimmed: z.array(Trimmed).optional(),
});
export type ScanAnswer = z.infer<typeof ScanAnswer>;

/** Broken splits, and the windows of time in which they were more than chance. */
export function answerScan({ experiments }: ScanRequest): object {
  const dated = experiments.map(({ at, ...one }) => ({ ...one, at: Date.parse(at) }));
  const { mismatched, windows } = scanSampleRatios(dated);
  const answer: ScanAnswer = {
    mismatched: [...mismatched],
    windows: windows.map(({ from, to, ...window }) => ({ ...window, from: instantAt(from), to: instantAt(to) })),
  };
  return bounded(answer, ['mismatched', 'windows']);
}
