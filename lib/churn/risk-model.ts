import { type Profile } from '../model/profile.ts';
import { type Instant } from '../shared/time.ts';
import { type ChurnRisk, type RiskBand } from '../model/churn-risk.ts';

/**
 * Assesses the customers of a workspace from their profiles alone. Undefined for customers whom the
 * definition excludes.
 */
export interface RiskModel {
  assess(profile: Profile, now: Instant): ChurnRisk | undefined;
  bandAt(profile: Profile, at: Instant): RiskBand | undefined;
  /**
   * Returns the first time of another band without further touchpoints, to the minute. Undefined if
   * two years bring none.
   */
  bandChange(profile: Profile, now: Instant): Instant | undefined;
  /** Touchpoints that count. */
  keyEvents: readonly string[];
}
