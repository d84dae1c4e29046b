import { type MetricJudgement } from './judge-metric.ts';

export type Direction = 'better' | 'worse';
/** `safe`: harm beyond the margin is ruled out. `harmed`: it is worse, surely. `unclear`: neither yet. */
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
 * What may be concluded: `mismatch` – nothing, the split is broken; `collecting` – nothing yet; `winner` – ship that variant; `unsafe` – a
 * variant is better, but a guard-rail is harmed; `unproven` – better, and a guard-rail is not yet clear; `worse` – every variant is
 * worse than the control; `undecided` – it has ended, and no difference was found.
 */
export type Conclusion = 'mismatch' | 'collecting' | 'winner' | 'unsafe' | 'unproven' | 'worse' | 'undecided';

export interface ExperimentFacts {
  conclusion: Conclusion;
  /** The variant the conclusion is about. */
  variant?: string;
  /** Arm that everyone should get from now on; missing while the experiment should go on, and where it must be repaired. */
  ship?: string;
  sampleRatio: { p: number; mismatch: boolean };
  /** Share of the planned customers; 0 where none are planned. */
  progress: number;
  variants: VariantResult[];
}

export interface ExperimentResult extends ExperimentFacts {
  text: { en: string; ko: string };
}
