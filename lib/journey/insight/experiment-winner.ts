import { bareRecord } from '../../shared/json.ts';
import { type Snapshot } from '../../report/experiment/judge-metric.ts';
import { goal, holdout, planOfStep } from './experiment-plan-of-step.ts';
import { concludeExperiment } from '../../report/experiment/conclude-experiment.ts';
import { type ExperimentResult } from '../../report/experiment/experiment-result.ts';
import { rateOf } from '../../statistics/inference/moments.ts';
import { addDuration, type Instant } from '../../shared/time.ts';
import { type JourneyRecord, type Winner, winnerOf } from '../publishing/journey-record.ts';
import { type VariantStats, type VersionStats } from './journey-stats-store.ts';
import { type StepOf } from '../definition/step.ts';

type Experiment = StepOf<'experiment'>;
type Counts = Record<string, VariantStats>;

/** Sums the counts of an experiment over the given versions. */
export function variantCountsOf(stats: VersionStats[], stepId: string, versions: ReadonlySet<number>): Counts {
  const sum: Counts = bareRecord();
  for (const { experiments } of stats.filter(({ version }) => versions.has(version)))
    for (const [variant, { assigned, goal: reached, guardrails }] of Object.entries(experiments[stepId] ?? {})) {
      const all = (sum[variant] ??= { assigned: 0, goal: 0, guardrails: bareRecord() });
      all.assigned += assigned;
      all.goal += reached;
      for (const [name, n] of Object.entries(guardrails)) all.guardrails[name] = (all.guardrails[name] ?? 0) + n;
    }
  return sum;
}

/**
 * Returns a rate of at most 1. A goal may be counted before the assignment it belongs to, because
 * bus events are unordered.
 */
const rate = (reached: number, assigned: number) => rateOf(Math.min(reached, assigned), assigned);

function snapshotOf({ guardrails }: Experiment, counts: Counts): Snapshot {
  const arms = Object.entries(counts).map(([variant, { assigned, goal: reached, guardrails: harms }]) => {
    const rails = guardrails.map(({ name }) => [name, rate(harms[name] ?? 0, assigned)] as const);
    return [
      variant,
      { customers: assigned, metrics: { [goal]: rate(reached, assigned), ...Object.fromEntries(rails) } },
    ];
  });
  return Object.fromEntries(arms) as Snapshot;
}

/** Concludes an experiment from its counts so far. */
export function experimentResultOf(stepId: string, step: Experiment, counts: Counts): ExperimentResult {
  return concludeExperiment(planOfStep(stepId, step), [snapshotOf(step, counts)]);
}

const assignedIn = (counts: Counts): number => Object.values(counts).reduce((sum, { assigned }) => sum + assigned, 0);

/**
 * Returns the journey record with what the counts decide: a winner, or the time at which a fixed
 * sample is full. A fixed sample is judged once its goal window has passed. Returns `record`
 * unchanged if the mode is manual, a winner is set, evidence is missing, or the holdout won.
 */
export function decideExperimentWinner(
  record: JourneyRecord,
  { stepId, step, counts, now }: { stepId: string; step: Experiment; counts: Counts; now: Instant },
): JourneyRecord {
  const { winner: rule, salt, window } = step;
  if (rule.mode === 'manual' || winnerOf(record, stepId, step)) return record;
  if (rule.mode === 'fixed') {
    const full = record.full[stepId];
    if (full?.salt !== salt) {
      if (assignedIn(counts) < rule.customers) return record;
      return { ...record, full: { ...record.full, [stepId]: { salt, at: now } } };
    }
    if (now < addDuration(full.at, window)) return record;
  }
  const { ship } = experimentResultOf(stepId, step, counts);
  if (ship === undefined || ship === holdout) return record;
  const winner: Winner = { variant: ship, salt, by: rule.mode, at: now };
  return { ...record, winners: { ...record.winners, [stepId]: winner } };
}
