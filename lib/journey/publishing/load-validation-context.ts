import { type PlacementStore } from '../../decision/placements/placement-store.ts';
import { type WorkspaceStore } from '../../ingestion/workspace/workspace-store.ts';
import { type ValidationContext } from '../validation/validate-journey.ts';
import { type JourneyStore } from './journey-store.ts';
import { type SegmentStore } from '../../segment/segment-store.ts';
import { stageModelOf } from '../../stage/stage-templates.ts';
import { type PublishStore } from './version-store.ts';

/** The stores that `loadValidationContext` reads. */
export interface ValidationContextDependencies {
  workspaces: Pick<WorkspaceStore, 'settings'>;
  journeys: Pick<JourneyStore, 'listRecords'>;
  drafts: Pick<PublishStore, 'drafts'>;
  segments: Pick<SegmentStore, 'all'>;
  placements: Pick<PlacementStore, 'all'>;
  /** Whether the table is an embedded engine on this machine. */
  local?: boolean;
}

/**
 * Reads what a definition is checked against: the names that exist in its workspace, drafts of
 * journeys included, its quiet hours and its webhook ports.
 */
export async function loadValidationContext(
  { workspaces, journeys, drafts, segments, placements, local }: ValidationContextDependencies,
  workspace: string,
): Promise<ValidationContext> {
  const [settings, records, saved, known, offered] = await Promise.all([
    workspaces.settings(workspace),
    journeys.listRecords(workspace),
    drafts.drafts(workspace),
    segments.all(workspace),
    placements.all(workspace),
  ]);
  const ids = [...records.map(({ journeyId }) => journeyId), ...saved.map(({ draft }) => draft.id)];
  return {
    journeys: [...new Set(ids)],
    stages: settings && stageModelOf(settings).stages.map(({ id }) => id),
    segments: known.map(({ id }) => id),
    placements: offered.map(({ id }) => id),
    quietHours: settings?.quietHours,
    webhookPorts: settings?.webhookPorts,
    local,
  };
}
