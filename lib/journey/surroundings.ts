import { type WorkspaceStore } from '../ingestion/store.ts';
import { type Surroundings } from './check.ts';
import { type JourneyStore } from './journey-store.ts';
import { type PublishStore } from './publish-store.ts';

export interface SurroundingsDependencies {
  workspaces: Pick<WorkspaceStore, 'settings'>;
  journeys: Pick<JourneyStore, 'heads'>;
  drafts: Pick<PublishStore, 'drafts'>;
}

/** What a definition is checked against: the journeys there are in its workspace, drafts included, and the workspace's quiet hours. */
export async function surroundingsOf(
  { workspaces, journeys, drafts }: SurroundingsDependencies,
  workspace: string,
): Promise<Surroundings> {
  const [settings, heads, written] = await Promise.all([
    workspaces.settings(workspace),
    journeys.heads(workspace),
    drafts.drafts(workspace),
  ]);
  const ids = [...heads.map(({ journeyId }) => journeyId), ...written.map(({ draft }) => draft.id)];
  return { journeys: [...new Set(ids)], quietHours: settings?.quietHours };
}
