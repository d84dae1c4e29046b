import {
  customersIn,
  type MetricJudgement,
  judgeMetric,
  experimentProgress,
  type Snapshot,
  defaultEffect,
} from './judge-metric.ts';
import { type ExperimentPlan, type Metric } from './experiment-plan.ts';
import { mismatchLevel, sampleRatioP, sequentialSampleRatioP } from '../../statistics/inference/sample-ratio.ts';
import { conclusionText } from './conclusion-text.ts';
import {
  type GuardrailState,
  type VariantResult,
  type GuardrailResult,
  type ExperimentFacts,
  type ExperimentResult,
} from './experiment-result.ts';

/** A difference as gain: positive is better, whichever way the metric points. */
function gainOf({ better }: Metric, { difference, interval: [low, high] }: MetricJudgement) {
  return better === 'higher' ? { gain: difference, low, high } : { gain: -difference, low: -high, high: -low };
}

function guardrailState({ low, high }: { low: number; high: number }, margin: number): GuardrailState {
  if (high < 0) return 'harmed';
  return low >= -margin ? 'safe' : 'unclear';
}

/**
 * Judges a variant. Each one gets its part of the error (Bonferroni). Guard-rails get all of it, as
 * a false alarm costs less than a missed one.
 */
function variantResult(plan: ExperimentPlan, variant: string, snapshots: readonly Snapshot[]): VariantResult {
  const { metric, method, guardrails, alpha, arms } = plan;
  const common = { method, control: arms[0]?.id ?? '', variant };
  const effect = (method.kind === 'always-valid' && method.minimumEffect) || defaultEffect(metric, snapshots);
  const judgement = judgeMetric({ ...common, metric, alpha: alpha / (arms.length - 1), effect }, snapshots);
  const { gain } = gainOf(metric, judgement);
  const judged = guardrails.map((guardrail): GuardrailResult => {
    const margin = guardrail.margin ?? defaultEffect(guardrail, snapshots);
    const one = judgeMetric({ ...common, metric: guardrail, alpha, effect: margin }, snapshots);
    return { ...one, metric: guardrail.id, state: guardrailState(gainOf(guardrail, one), margin) };
  });
  return {
    variant,
    ...judgement,
    ...(judgement.called && { direction: gain > 0 ? 'better' : 'worse' }),
    guardrails: judged,
  };
}

/**
 * Returns the smallest sequential p of all looks. At the planned end the exact test counts as well.
 */
function sampleRatioOf({ arms, method }: ExperimentPlan, snapshots: readonly Snapshot[]) {
  const countsOf = (snapshot: Snapshot) => arms.map(({ id, weight }) => ({ n: customersIn(snapshot, id), weight }));
  const sequential = snapshots.map((snapshot) => sequentialSampleRatioP(countsOf(snapshot)));
  const ended = snapshots.filter((snapshot) => experimentProgress(method, snapshot) >= 1).slice(0, 1);
  const p = Math.min(1, ...sequential, ...ended.map((snapshot) => sampleRatioP(countsOf(snapshot))));
  return { p, mismatch: p < mismatchLevel };
}

type Verdict = Pick<ExperimentFacts, 'conclusion' | 'variant' | 'ship'>;

function verdictOf({ metric, arms }: ExperimentPlan, variants: VariantResult[], ended: boolean): Verdict {
  const has = (state: GuardrailState) => (one: VariantResult) => one.guardrails.some((rail) => rail.state === state);
  const better = variants.filter(({ direction }) => direction === 'better');
  better.sort((a, b) => gainOf(metric, b).gain - gainOf(metric, a).gain);
  const [winner] = better.filter((one) => !has('harmed')(one) && !has('unclear')(one));
  if (winner) return { conclusion: 'winner', variant: winner.variant, ship: winner.variant };
  const [hopeful] = better.filter((one) => !has('harmed')(one));
  if (hopeful) return { conclusion: 'unproven', variant: hopeful.variant };
  const control = arms[0] && { ship: arms[0].id };
  if (better[0]) return { conclusion: 'unsafe', variant: better[0].variant, ...control };
  if (variants.every(({ direction }) => direction === 'worse')) return { conclusion: 'worse', ...control };
  return ended ? { conclusion: 'undecided', ...control } : { conclusion: 'collecting' };
}

/**
 * Concludes an experiment from its snapshots in order of time. A broken split prevents any other
 * conclusion. Of better and safe variants the one with the largest gain is shipped.
 */
export function concludeExperiment(plan: ExperimentPlan, snapshots: readonly Snapshot[]): ExperimentResult {
  const variants = plan.arms.slice(1).map(({ id }) => variantResult(plan, id, snapshots));
  const progress = experimentProgress(plan.method, snapshots.at(-1) ?? {});
  const sampleRatio = sampleRatioOf(plan, snapshots);
  const verdict: Verdict = sampleRatio.mismatch ? { conclusion: 'mismatch' } : verdictOf(plan, variants, progress >= 1);
  const facts: ExperimentFacts = { ...verdict, sampleRatio, progress, variants };
  return { ...facts, text: conclusionText(plan, facts) };
}
