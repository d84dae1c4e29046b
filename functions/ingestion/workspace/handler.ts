import { type ApiRoutes } from '../../../lib/aws/http.ts';
import { NotFound, Rejected } from '../../../lib/errors.ts';
import { type WebhookSecretStore } from '../../../lib/ingestion/webhook-secret-store.ts';
import { type WorkspaceStore } from '../../../lib/ingestion/store.ts';
import { type Workspace, WorkspaceSettings } from '../../../lib/ingestion/workspace.ts';
import { issuesOf } from '../../../lib/issues.ts';

/** Reads the settings a caller sent for its workspace, naming every fault by its path. */
function readSettings(body: unknown, workspace: string): Workspace {
  const read = WorkspaceSettings.safeParse(body);
  if (!read.success) throw new Rejected('workspace.invalid', { issues: issuesOf(read.error) });
  const { id = workspace } = read.data;
  if (id !== workspace) throw new Rejected('workspace.invalid', { hint: `the key belongs to "${workspace}"` });
  return { ...read.data, id };
}

/**
 * The settings of the caller's own workspace. A PUT replaces them all and may be repeated; environments that hold the old ones go on
 * with them for up to a minute.
 */
export function workspaceRoutes(
  workspaces: Pick<WorkspaceStore, 'settings' | 'save'>,
  secrets: Pick<WebhookSecretStore, 'current' | 'rotate'>,
): ApiRoutes {
  return {
    'GET /v1/workspace/webhook-secret': async ({ workspace }) => ({
      body: { secrets: await secrets.current(workspace) },
    }),

    'POST /v1/workspace/webhook-secret/rotate': async ({ workspace }) => ({
      body: { secrets: await secrets.rotate(workspace) },
    }),

    'GET /v1/workspace': async ({ workspace }) => {
      const settings = await workspaces.settings(workspace);
      if (!settings) throw new NotFound('workspace.unknown', { workspace });
      return { body: settings };
    },

    'PUT /v1/workspace': async (request) => {
      const settings = readSettings(request.body(), request.workspace);
      await workspaces.save(settings);
      return { body: settings };
    },
  };
}
