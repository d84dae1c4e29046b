import { type JsonObject } from '../../shared/json.ts';
import { type Profile } from '../../model/profile.ts';

/** Returns the fields of a profile that most predicates use, to explain a decision in a trace. */
export function profileSummaryForTrace({ stage, churn, segments, purchases }: Profile): JsonObject {
  return {
    stage: stage?.id ?? null,
    churn: churn?.band ?? null,
    segments: Object.keys(segments).slice(0, 20),
    purchases: purchases.n,
  };
}
