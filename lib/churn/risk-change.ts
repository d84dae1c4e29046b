import { type Profile } from '../model/profile.ts';
import { informativeEvents } from './churn-features.ts';
import { type ChurnRisk, type RiskReason, type RiskChange } from '../model/churn-risk.ts';

/** The latest touchpoint that counts and came after the risk was last assessed. */
function touchpointSince({ counts }: Profile, keyEvents: readonly string[], since: string) {
  const [latest] = [...keyEvents, ...informativeEvents]
    .flatMap((name) => {
      const at = counts[name]?.last;
      return at !== undefined && at > since ? [{ name, at }] : [];
    })
    .sort((a, b) => (a.at < b.at ? 1 : -1));
  return latest;
}

/**
 * Returns the feature whose points moved most in the direction of the score. A reason that is
 * missing has 0 points.
 */
function movedMost(before: readonly RiskReason[], after: readonly RiskReason[], way: number): string | undefined {
  const pointsOf = (reasons: readonly RiskReason[], feature: string) =>
    reasons.find((reason) => reason.feature === feature)?.points ?? 0;
  const features = [...new Set([...after, ...before].map(({ feature }) => feature))];
  const [most] = features
    .map((feature) => ({ feature, by: way * (pointsOf(after, feature) - pointsOf(before, feature)) }))
    .filter(({ by }) => by > 0)
    .sort((a, b) => b.by - a.by);
  return most?.feature;
}

/**
 * Returns what changed since an earlier risk of the same customer. Undefined without one, or if the
 * score is the same.
 */
export function riskChangeOf(
  { before, after }: { before: ChurnRisk | undefined; after: ChurnRisk },
  profile: Profile,
  keyEvents: readonly string[],
): RiskChange | undefined {
  if (!before || before.score === after.score) return undefined;
  const points = Math.round(10 * (after.score - before.score)) / 10;
  const feature = movedMost(before.reasons, after.reasons, Math.sign(points));
  const touchpoint = touchpointSince(profile, keyEvents, before.assessedAt);
  return { points, ...(feature !== undefined && { feature }), ...(touchpoint && { touchpoint }) };
}
