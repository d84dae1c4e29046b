import { type LetterDraft } from '../aws/dead-letters.ts';
import { type StreamLimits } from '../aws/table/stream-limits.ts';
import { type Table } from '../aws/table/dynamo-table.ts';
import { type FaultDiagnosis } from '../aws/table/write-faults.ts';
import { chooseRiskModel } from '../churn/choose-risk-model.ts';
import { type ModelStore } from '../churn/training/model-store.ts';
import { type WorkspaceStore } from '../ingestion/workspace/workspace-store.ts';
import { type JourneyStore, type LiveJourney } from '../journey/publishing/journey-store.ts';
import { Workspace } from '../model/workspace.ts';
import { type ProfileStore } from '../profile/profile-store.ts';
import { type SegmentStore } from '../segment/segment-store.ts';
import { type Clock } from '../shared/time.ts';
import { stageModelOf } from '../stage/stage-templates.ts';
import { type ClockSkews, needsClockCorrection, readClockSkews } from './clock-correction.ts';
import { type CustomerBatch } from './group-by-customer.ts';
import { type BatchProfileCache, createBatchProfileCache } from './profile-cache.ts';
import { type ProjectionRules } from './projection-state.ts';
import { type TouchpointRecord } from './touchpoint-record.ts';

/** What projecting records reads, writes and follows. */
export interface ProjectorDependencies {
  table: Table;
  profiles: ProfileStore;
  workspaces: Pick<WorkspaceStore, 'settings'>;
  journeys: Pick<JourneyStore, 'live'>;
  segments: Pick<SegmentStore, 'remembered'>;
  /** Churn models of workspaces. Without one, the default model applies. */
  models?: Pick<ModelStore, 'current'>;
  /** Sends a dead letter. Resolves when the queue has stored it. */
  sendLetter: (draft: LetterDraft) => Promise<void>;
  /** Returns how an error is treated. */
  diagnose: (error: unknown) => FaultDiagnosis;
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
export interface ProjectionBatch {
  cache: BatchProfileCache;
  skews: ClockSkews;
  rulesOf: (workspace: string) => Promise<WorkspaceRules>;
  counts: Record<string, number>;
  /** Sequence numbers of records that the stream must deliver again. */
  failed: string[];
  /**
   * Workspaces with a successful write. An unforeseen fault of another customer there is isolated
   * to that customer.
   */
  sound: Set<string>;
  /** Batches of customers that met an unforeseen fault. They are retried after all others. */
  unforeseen: CustomerBatch[];
}

/** Counts an outcome for the metrics. */
export const countOutcome = ({ counts }: Pick<ProjectionBatch, 'counts'>, outcome: string): void =>
  void (counts[outcome] = (counts[outcome] ?? 0) + 1);

async function readRules(
  { workspaces, journeys, segments, models }: ProjectorDependencies,
  id: string,
): Promise<WorkspaceRules> {
  const [settings, live, current, trained] = await Promise.all([
    workspaces.settings(id),
    journeys.live(id),
    segments.remembered(id),
    models?.current(id),
  ]);
  // A workspace without settings still has customers; they are folded by the defaults.
  const workspace = settings ?? Workspace.parse({ id, name: id });
  const assessor = chooseRiskModel(workspace, trained);
  return { workspace, model: stageModelOf(workspace), live, segments: current, assessor };
}

/** Returns `read`, called once for each name. */
function memoize<T>(read: (name: string) => Promise<T>): (name: string) => Promise<T> {
  const results = new Map<string, Promise<T>>();
  return (name) => {
    const result = results.get(name) ?? read(name);
    results.set(name, result);
    return result;
  };
}

/**
 * Reads the profiles of a batch ahead. A profile that cannot be read fails again in its own batch.
 */
async function prefetchProfiles(
  cache: BatchProfileCache,
  records: TouchpointRecord[],
  { diagnose }: ProjectorDependencies,
): Promise<void> {
  const byWorkspace = Map.groupBy(records, ({ workspace }) => workspace);
  const reads = [...byWorkspace].map(([workspace, mine]) =>
    cache.prefetch(workspace, new Set(mine.map(({ position }) => position.source))),
  );
  await Promise.all(reads).catch((error: unknown) => {
    if (diagnose(error).kind === 'outage') throw error;
    console.error(error);
  });
}

/** Returns the state of a batch, with the profiles and clock skews of its records read. */
export async function prepareBatch(
  dependencies: ProjectorDependencies,
  records: TouchpointRecord[],
): Promise<ProjectionBatch> {
  const { profiles, table } = dependencies;
  const cache = createBatchProfileCache(profiles);
  const skewed = records.filter((record) => 'touchpoint' in record && needsClockCorrection(record, record.touchpoint));
  const skewKeys = skewed.map(({ key }) => key);
  const [skews] = await Promise.all([readClockSkews(table, skewKeys), prefetchProfiles(cache, records, dependencies)]);
  const rulesOf = memoize((workspace: string) => readRules(dependencies, workspace));
  return { cache, skews, rulesOf, counts: {}, failed: [], sound: new Set(), unforeseen: [] };
}
