import * as z from 'zod';
import { Rejected } from '../../shared/errors.ts';
import { type MetricJudgement } from './judge-metric.ts';
import { ExperimentPlan } from './experiment-plan.ts';
import { concludeExperiment } from './conclude-experiment.ts';
import { type ExperimentResult } from './experiment-result.ts';
import { checkSnapshots, SnapshotInput, snapshotOf } from './snapshot-request.ts';

/**
 * An experiment that was run anywhere: its plan, and the arms at each look in order of time. Each
 * snapshot counts from the beginning.
 */
export const ResultRequest = z.strictObject({
  plan: ExperimentPlan,
  snapshots: z.array(SnapshotInput).min(1).max(500),
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

/** Looks that a plan may have: their bounds cost a second at most. */
const maxLooks = 50;

const bound = (value: number): number | null => (Number.isFinite(value) ? value : null);

function shown<One extends MetricJudgement>(
  one: One,
): Omit<One, 'interval'> & { interval: [number | null, number | null] } {
  return { ...one, interval: [bound(one.interval[0]), bound(one.interval[1])] };
}

/** A result as JSON has it, which knows no infinity. */
export function answerResult(result: ExperimentResult): ResultAnswer {
  const variants = result.variants.map((one) => ({ ...shown(one), guardrails: one.guardrails.map(shown) }));
  return { ...result, variants };
}

/**
 * Returns what the snapshots show. Throws `Rejected('experiment.invalid')` if they do not fit the
 * plan.
 */
export function presentExperiment({ plan, snapshots }: ResultRequest): ResultAnswer {
  if (plan.method.kind === 'group-sequential' && snapshots.length > maxLooks)
    throw new Rejected('experiment.invalid', { hint: `at most ${maxLooks} looks are planned` });
  checkSnapshots(plan, snapshots);
  return answerResult(concludeExperiment(plan, snapshots.map(snapshotOf)));
}
