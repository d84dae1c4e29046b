import * as z from 'zod';
import { Plan } from '../../map/planned-map.ts';
import { Label } from '../../model/stage.ts';
import { Duration, durationMs } from '../../shared/time.ts';
import { measureConformance } from '../conformance/measure-conformance.ts';
import { cutPath } from '../paths/customer-path.ts';
import { Common, CountedSchema, counts, Touchpoints } from './report-options.ts';
import { type ReportKindDefinition } from './report-kind.ts';

export const ConformanceRequest = Common.extend({
  kind: z.literal('conformance'),
  map: z.string().min(1).max(40).optional().describe('id of a planned map: this, or a plan'),
  plan: Plan.optional().describe('a plan that is kept nowhere'),
  touchpoints: Touchpoints.optional().describe('without it all touchpoints count: what the plan lacks is extra'),
  gap: Duration.optional().describe('silence after which a new path begins; without it a customer has one'),
  top: z.int().min(0).max(100).default(10).describe('variants shown beside the plan'),
});

const Move = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('planned'), name: z.string(), place: z.string() }),
  z.object({ kind: z.literal('extra'), name: z.string() }),
  z.object({ kind: z.literal('skipped'), name: z.string(), place: z.string() }),
]);

export const ConformanceAnswer = z.object({
  kind: z.literal('conformance'),
  paths: z.int(),
  variants: z.int(),
  averageFitness: z.number().describe('1 is as planned; every path counts the same'),
  logFitness: z.number().describe('every touchpoint counts the same'),
  fitting: z.number().describe('share of paths without a deviation'),
  unresolved: z
    .object({ paths: z.int(), averageFitnessAtLeast: z.number() })
    .describe('paths whose search was given up: the average may be too high, and is no less than this'),
  deviations: z.array(
    CountedSchema.extend({
      kind: z.enum(['skipped', 'extra']),
      name: z.string(),
      place: z.string().optional(),
      after: z.string().optional(),
      outOfOrder: z.boolean(),
      text: Label,
    }),
  ),
  frequent: z.array(
    z.object({
      names: z.array(z.string()),
      paths: z.int(),
      customers: z.int(),
      fitness: z.number(),
      cost: z.int(),
      exact: z.boolean(),
      moves: z.array(Move),
    }),
  ),
});

/** How well what customers did agrees with a planned map, and where it does not. */
export const conformanceKind: ReportKindDefinition<
  z.infer<typeof ConformanceRequest>,
  z.infer<typeof ConformanceAnswer>
> = {
  reads: 'touchpoints',
  lists: ['frequent', 'deviations'],
  run({ touchpoints, gap, top }, { plan }) {
    if (!plan) throw new Error('a report of conformance has a plan');
    const tally = measureConformance(plan, { top });
    const keep = counts(touchpoints);
    const gapMs = gap === undefined ? Infinity : durationMs(gap);
    return {
      add({ profile, touches }) {
        const steps = touches.filter(keep);
        for (const path of cutPath({ customer: profile.customer, steps }, gapMs)) tally.add(path);
      },
      result: () => ({ kind: 'conformance', ...tally.result() }),
    };
  },
};
