import { type JsonObject } from '../../shared/json.ts';
import { type Profile } from '../../model/profile.ts';

/** What predicates mostly look at, in short: for whoever asks why something was decided. */
export function profileSummaryForTrace({ stage, churn, segments, purchases }: Profile): JsonObject {
  return {
    stage: stage?.id ?? null,
    churn: churn?.band ?? null,
    segments: Object.keys(segments).slice(0, 20),
    purchases: purchases.n,
  };
}
