import { type Profile } from '../model/profile.ts';
import { type Instant } from '../shared/time.ts';
import { type ChurnRisk, type RiskBand } from '../model/churn-risk.ts';

/** Assesses the customers of a workspace from their profiles alone. Undefined of whomever the workspace does not ask it of. */
export interface RiskModel {
  assess(profile: Profile, now: Instant): ChurnRisk | undefined;
  bandAt(profile: Profile, at: Instant): RiskBand | undefined;
  /** The first moment of another band than now's if nothing happens, to the minute; undefined when two years bring none. */
  bandChange(profile: Profile, now: Instant): Instant | undefined;
  /** Touchpoints that count. */
  keyEvents: readonly string[];
}
