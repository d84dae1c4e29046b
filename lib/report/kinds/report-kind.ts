import { type Plan } from '../../map/planned-map.ts';
import { type Profile } from '../../model/profile.ts';
import { type StageTransition } from '../../model/stage.ts';
import { type PathStep } from '../paths/customer-path.ts';

/**
 * A touchpoint for reports. `at` is corrected for the source's clock; the worth is present if
 * requested.
 */
export interface ReportTouchpoint extends PathStep {
  channel: string;
  worth?: number;
}

/**
 * What one customer did in the time of a report, in order. A kind of report reads either of the
 * two.
 */
export interface CustomerHistoryRead {
  profile: Profile;
  touches: ReportTouchpoint[];
  /** Up to the end of the time, from the customer's first on. */
  transitions: Pick<StageTransition, 'from' | 'to' | 'at'>[];
}

/** What a report needs besides what was asked: times in milliseconds since 1970. */
export interface ReportWindow {
  from: number;
  /** Behind the last moment: the end asked for, or now where that lies ahead. */
  to: number;
  /** How far the workspace's clocks are ahead of UTC. */
  offsetMs: number;
  /** The plan that paths are compared with. */
  plan?: Plan;
}

/**
 * A report in progress. Customers are added one after the other, once each. `result` may be called
 * at any time.
 */
export interface ReportAccumulator<Answer> {
  add(read: CustomerHistoryRead): void;
  result(): Answer;
}

export interface ReportKindDefinition<Request, Answer> {
  /** What of a customer it is made of. */
  reads: 'touchpoints' | 'transitions';
  /**
   * Lists of the answer that may be cut to fit the table, as dotted paths. Each begins with its
   * most important entries.
   */
  lists: string[];
  run(request: Request, scope: ReportWindow): ReportAccumulator<Answer>;
}
