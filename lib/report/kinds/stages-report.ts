import * as z from 'zod';
import { countStageFlows } from '../paths/stage-flow.ts';
import { Common, SpreadSchema } from './report-options.ts';
import { type ReportKindDefinition } from './report-kind.ts';

export const StagesRequest = Common.extend({ kind: z.literal('stages') });

export const StagesAnswer = z.object({
  kind: z.literal('stages'),
  customers: z.int(),
  stages: z.array(
    z.object({
      id: z.string(),
      entered: z.object({ count: z.int(), customers: z.int() }),
      left: z.int(),
      standing: z.int().describe('at the end of the time'),
      stay: SpreadSchema.optional().describe('of stays that ended in the time'),
      standingFor: SpreadSchema.optional(),
    }),
  ),
  moves: z.array(z.object({ from: z.string().optional(), to: z.string(), count: z.int(), customers: z.int() })),
});

/**
 * How customers moved between stages in the time, how long they stayed, and where they were at its
 * end.
 */
export const stagesKind: ReportKindDefinition<z.infer<typeof StagesRequest>, z.infer<typeof StagesAnswer>> = {
  reads: 'transitions',
  lists: ['moves'],
  run(_request, { from, to }) {
    const flows = countStageFlows({ now: to, since: from });
    return {
      add: ({ profile, transitions }) => flows.add(profile.customer, transitions),
      result: () => ({ kind: 'stages', ...flows.result() }),
    };
  },
};
