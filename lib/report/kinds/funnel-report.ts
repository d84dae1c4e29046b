import * as z from 'zod';
import { Duration, durationMs } from '../../shared/time.ts';
import { countFunnel } from '../funnel/count-funnel.ts';
import { Common, Name } from './report-options.ts';
import { type ReportKindDefinition } from './report-kind.ts';

export const FunnelRequest = Common.extend({
  kind: z.literal('funnel'),
  steps: z.array(Name).min(1).max(50).describe('touchpoints in the order they must happen; others may lie between'),
  window: Duration.optional().describe('from the first step to the last'),
});

export const FunnelAnswer = z.object({
  kind: z.literal('funnel'),
  steps: z.array(z.object({ name: z.string(), customers: z.int(), ofFirst: z.number(), ofPrevious: z.number() })),
});

/** How many customers came how far through an order of touchpoints. */
export const funnelKind: ReportKindDefinition<z.infer<typeof FunnelRequest>, z.infer<typeof FunnelAnswer>> = {
  reads: 'touchpoints',
  lists: [],
  run({ steps, window }) {
    const tally = countFunnel({ steps, ...(window !== undefined && { windowMs: durationMs(window) }) });
    return {
      add: ({ profile, touches }) => tally.add({ customer: profile.customer, steps: touches }),
      result: () => ({ kind: 'funnel', steps: tally.result() }),
    };
  },
};
