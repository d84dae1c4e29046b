import { type DeadLetters } from '../../../lib/aws/dead-letters.ts';
import { type StreamLimits } from '../../../lib/aws/table/stream-limits.ts';
import { type Table } from '../../../lib/aws/table/dynamo-table.ts';
import { type ModelStore } from '../../../lib/churn/training/model-store.ts';
import { type WorkspaceStore } from '../../../lib/ingestion/workspace/workspace-store.ts';
import { type JourneyStore, type LiveJourney } from '../../../lib/journey/publishing/journey-store.ts';
import { type CustomerBatch } from '../../../lib/projection/group-by-customer.ts';
import { type ProjectionRules } from '../../../lib/projection/apply-touchpoint.ts';
import { type BatchProfileCache } from '../../../lib/projection/profile-cache.ts';
import { type SegmentStore } from '../../../lib/segment/segment-store.ts';
import { type ClockSkews } from '../../../lib/projection/clock-correction.ts';
import { type ProfileStore } from '../../../lib/profile/profile-store.ts';
import { type Clock } from '../../../lib/shared/time.ts';

export interface Dependencies {
  table: Table;
  profiles: ProfileStore;
  workspaces: WorkspaceStore;
  journeys: Pick<JourneyStore, 'live'>;
  segments: Pick<SegmentStore, 'remembered'>;
  /** Churn models of workspaces. Without one, the default model applies. */
  models?: Pick<ModelStore, 'current'>;
  deadLetters: DeadLetters;
  limits: StreamLimits;
  clock: Clock;
}

/**
 * The rules of a workspace. Its journeys are resolved for each customer by the version that
 * customer would enter.
 */
export interface WorkspaceRules extends Omit<ProjectionRules, 'journeys'> {
  live: readonly LiveJourney[];
}

/** State shared by the projection of one batch. */
export interface Batch {
  seen: BatchProfileCache;
  skews: ClockSkews;
  rulesOf: (workspace: string) => Promise<WorkspaceRules>;
  counts: Record<string, number>;
  failed: string[];
  /**
   * Workspaces with a successful write. An unforeseen fault of another customer there is isolated
   * to that customer.
   */
  sound: Set<string>;
  /** Batches of customers that met an unforeseen fault. They are retried after all others. */
  unforeseen: CustomerBatch[];
}
