import * as z from 'zod';
import { Instant } from '../../shared/time.ts';
import { countRetention } from '../cohort/retention-cohorts.ts';
import { Common, Name } from './report-options.ts';
import { isNewIn } from './new-customers.ts';
import { type ReportKindDefinition } from './report-kind.ts';

export const RetentionRequest = Common.extend({
  kind: z.literal('retention'),
  unit: z.enum(['week', 'month']).default('week'),
  joins: Name.optional().describe('touchpoint a customer joins with; the first of any kind when missing'),
  active: Name.optional().describe('touchpoint that counts as being active; any when missing'),
});

export const RetentionAnswer = z.object({
  kind: z.literal('retention'),
  cohorts: z.array(
    z.object({
      from: Instant,
      customers: z.int(),
      active: z.array(z.int()),
      retention: z.array(z.number()),
    }),
  ),
});

/**
 * Customers who joined in the time, by week or month of the workspace's zone, and how many were
 * active later.
 */
export const retentionKind: ReportKindDefinition<z.infer<typeof RetentionRequest>, z.infer<typeof RetentionAnswer>> = {
  reads: 'touchpoints',
  lists: [],
  run({ unit, joins, active }, { from, to, offsetMs }) {
    const tally = countRetention({
      ...{ unit, offsetMs, until: to - 1 },
      ...(joins !== undefined && { joins }),
      ...(active !== undefined && { active }),
    });
    return {
      add({ profile, touches }) {
        if (isNewIn(profile, { from, joins })) tally.add({ customer: profile.customer, steps: touches });
      },
      result: () => ({ kind: 'retention', cohorts: tally.result() }),
    };
  },
};
