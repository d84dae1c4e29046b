import * as z from 'zod';
import { Rejected } from '../../errors.ts';
import { type Judgement, type Snapshot } from './judge.ts';
import { ExperimentPlan } from './plan.ts';
import { experimentResult, type ExperimentResult } from './result.ts';

const count = z.int().min(0).max(1e12);
const finite = z.number().min(-1e15).max(1e15);

/** Count, mean, and sum of squared deviations from the mean. */
const MomentsGiven = z.strictObject({ n: count, mean: finite, m2: z.number().min(0).max(1e30) });

/** A rate: how many of the arm's customers did it. */
const SuccessesGiven = z.strictObject({ successes: count });

const ArmGiven = z.strictObject({
  customers: count,
  metrics: z.record(z.string(), z.union([SuccessesGiven, MomentsGiven])),
});

/**
 * An experiment that was run anywhere: its plan, and what every arm looked like at each look, in order of time; each snapshot counts from the
 * beginning.
 */
export const ResultRequest = z.strictObject({
  plan: ExperimentPlan,
  snapshots: z.array(z.record(z.string(), ArmGiven)).min(1).max(500),
});
export type ResultRequest = z.infer<typeof ResultRequest>;

const Interval = z.tuple([z.number().nullable(), z.number().nullable()]).describe('null: no bound on this side');

const JudgementShown = z.object({
  difference: z.number(),
  interval: Interval,
  p: z.number().optional(),
  called: z.boolean(),
});

/** What may be concluded, for programs and in words for people. */
export const ResultAnswer = z.object({
  conclusion: z.enum(['mismatch', 'collecting', 'winner', 'unsafe', 'unproven', 'worse', 'undecided']),
  variant: z.string().optional(),
  ship: z.string().optional().describe('arm that everyone should get from now on'),
  sampleRatio: z.object({ p: z.number(), mismatch: z.boolean() }),
  progress: z.number(),
  variants: z.array(
    JudgementShown.extend({
      variant: z.string(),
      direction: z.enum(['better', 'worse']).optional(),
      guardrails: z.array(JudgementShown.extend({ metric: z.string(), state: z.enum(['safe', 'harmed', 'unclear']) })),
    }),
  ),
  text: z.object({ en: z.string(), ko: z.string() }),
});
export type ResultAnswer = z.infer<typeof ResultAnswer>;

type Given = z.infer<typeof ArmGiven>;

function momentsOf(metric: Given['metrics'][string], customers: number) {
  if (!('successes' in metric)) return metric;
  const mean = customers > 0 ? metric.successes / customers : 0;
  return { n: customers, mean, m2: metric.successes * (1 - mean) };
}

function snapshotOf(given: Record<string, Given>): Snapshot {
  const arms = Object.entries(given).map(([arm, { customers, metrics }]) => {
    const moments = Object.entries(metrics).map(([id, metric]) => [id, momentsOf(metric, customers)] as const);
    return [arm, { customers, metrics: Object.fromEntries(moments) }] as const;
  });
  return Object.fromEntries(arms);
}

/** Looks that a plan may have: their bounds cost a second at most. */
const maxLooks = 50;

/** What no schema says: names that the plan does not have, more successes than customers. */
function checkSnapshots({ plan, snapshots }: ResultRequest): void {
  if (plan.method.kind === 'group-sequential' && snapshots.length > maxLooks)
    throw new Rejected('experiment.invalid', { hint: `at most ${maxLooks} looks are planned` });
  const arms = new Set(plan.arms.map(({ id }) => id));
  if (arms.size < plan.arms.length) throw new Rejected('experiment.invalid', { hint: 'two arms share an id' });
  const kinds = new Map([plan.metric, ...plan.guardrails].map(({ id, kind }) => [id, kind]));
  snapshots.forEach((snapshot, i) => {
    for (const [arm, { customers, metrics }] of Object.entries(snapshot)) {
      const place = `snapshots[${i}].${arm}`;
      if (!arms.has(arm)) throw new Rejected('experiment.invalid', { place, hint: 'the plan has no such arm' });
      for (const [id, metric] of Object.entries(metrics)) {
        const kind = kinds.get(id);
        if (kind === undefined) throw new Rejected('experiment.invalid', { place, hint: `no metric "${id}"` });
        if ('successes' in metric && (kind !== 'rate' || metric.successes > customers))
          throw new Rejected('experiment.invalid', { place, hint: `"${id}": a rate, of the customers of the arm` });
      }
    }
  });
}

const bound = (value: number): number | null => (Number.isFinite(value) ? value : null);

function shown<One extends Judgement>(one: One): Omit<One, 'interval'> & { interval: [number | null, number | null] } {
  return { ...one, interval: [bound(one.interval[0]), bound(one.interval[1])] };
}

/** A result as JSON has it, which knows no infinity. */
export function resultAnswer(result: ExperimentResult): ResultAnswer {
  const variants = result.variants.map((one) => ({ ...shown(one), guardrails: one.guardrails.map(shown) }));
  return { ...result, variants };
}

/** What the snapshots show. Throws `Rejected('experiment.invalid')` where they are not of this plan. */
export function experimentAnswer(request: ResultRequest): ResultAnswer {
  checkSnapshots(request);
  return resultAnswer(experimentResult(request.plan, request.snapshots.map(snapshotOf)));
}
