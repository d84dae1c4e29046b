import * as z from 'zod';
import { Duration, durationMs, instantAt } from '../../shared/time.ts';
import { compareOutcomes, type PathOutcome } from '../comparison/compare-outcomes.ts';
import { Common, counts, Name, Touchpoints } from './report-options.ts';
import { type ReportKindDefinition } from './report-kind.ts';

export const ContrastRequest = Common.extend({
  kind: z.literal('contrast'),
  touchpoints: Touchpoints.optional(),
  silentFor: Duration.describe('who did nothing in so long before the end has churned'),
  active: Name.optional().describe('touchpoint that shows a customer is still here; any when missing'),
  minCustomers: z.int().min(1).default(5).describe('patterns that fewer show are not tested'),
});

const Side = z.object({ customers: z.int(), share: z.number() });

export const ContrastAnswer = z.object({
  kind: z.literal('contrast'),
  decidedFrom: z.string().describe('paths end here; what customers did from here on tells who has churned'),
  customers: z.object({ churned: z.int(), retained: z.int() }),
  patterns: z.array(
    z.object({
      pattern: z.array(z.string()).describe('a touchpoint, or two of which the second follows directly'),
      churned: Side,
      retained: Side,
      oddsRatio: z.number(),
      p: z.number(),
      q: z.number(),
    }),
  ),
});

/** Compares lost with retained customers. The time that decides which is not part of the paths. */
export const contrastKind: ReportKindDefinition<z.infer<typeof ContrastRequest>, z.infer<typeof ContrastAnswer>> = {
  reads: 'touchpoints',
  lists: ['patterns'],
  run({ touchpoints, silentFor, active, minCustomers }, { to }) {
    const decidedFrom = to - durationMs(silentFor);
    let fate: PathOutcome = 'churned';
    const tally = compareOutcomes({ fateOf: () => fate, minCustomers });
    const keep = counts(touchpoints);
    const isActive = ({ name }: { name: string }): boolean => active === undefined || name === active;
    return {
      add({ profile, touches }) {
        const before = touches.filter(({ at }) => at < decidedFrom);
        // Who was not here before cannot have left.
        if (!before.some(isActive)) return;
        fate = touches.some((touch) => touch.at >= decidedFrom && isActive(touch)) ? 'retained' : 'churned';
        tally.add({ customer: profile.customer, steps: before.filter(keep) });
      },
      result: () => ({ kind: 'contrast', decidedFrom: instantAt(decidedFrom), ...tally.result() }),
    };
  },
};
