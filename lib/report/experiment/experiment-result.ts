import { type MetricJudgement } from './judge-metric.ts';

export type Direction = 'better' | 'worse';
/**
 * `safe`: harm beyond the margin is ruled out. `harmed`: it is significantly worse. `unclear`:
 * neither yet.
 */
export type GuardrailState = 'safe' | 'harmed' | 'unclear';

export interface GuardrailResult extends MetricJudgement {
  metric: string;
  state: GuardrailState;
}

export interface VariantResult extends MetricJudgement {
  variant: string;
  direction?: Direction;
  guardrails: GuardrailResult[];
}

/**
 * The conclusion. `mismatch`: the split is broken. `collecting`: nothing yet. `winner`: ship that
 * variant. `unsafe`: better, but a guard-rail is harmed. `unproven`: better, but a guard-rail is
 * unclear. `worse`: every variant is. `undecided`: it has ended without a difference.
 */
export type Conclusion = 'mismatch' | 'collecting' | 'winner' | 'unsafe' | 'unproven' | 'worse' | 'undecided';

export interface ExperimentFacts {
  conclusion: Conclusion;
  /** The variant the conclusion is about. */
  variant?: string;
  /**
   * Arm that all customers should get from now on. Missing while the experiment goes on, or if it
   * must be repaired.
   */
  ship?: string;
  sampleRatio: { p: number; mismatch: boolean };
  /** Share of the planned customers; 0 where none are planned. */
  progress: number;
  variants: VariantResult[];
}

/** The state of an experiment, its conclusion and the figures behind it. */
export interface ExperimentResult extends ExperimentFacts {
  text: { en: string; ko: string };
}
