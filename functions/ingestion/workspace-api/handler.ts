import { isDeepStrictEqual } from 'node:util';
import { type ApiRequest, type ApiResponse, type ApiRoutes } from '#lib/aws/http/api-function.ts';
import { NotFound, Rejected } from '#lib/shared/errors.ts';
import { type WebhookSecretStore } from '#lib/ingestion/workspace/webhook-secret-store.ts';
import { type WorkspaceStore } from '#lib/ingestion/workspace/workspace-store.ts';
import { type Workspace, WorkspaceSettings } from '#lib/model/workspace.ts';
import { issuesOf } from '#lib/shared/http/issues.ts';
import { checkPreconditions, etagOf, lostRace } from '#lib/shared/http/preconditions.ts';

/** Parses the settings in a request. Throws `Rejected` with every issue by its path. */
function readSettings(body: unknown, workspace: string): Workspace {
  const read = WorkspaceSettings.safeParse(body);
  if (!read.success) throw new Rejected('workspace.invalid', { issues: issuesOf(read.error) });
  const { id = workspace } = read.data;
  if (id !== workspace) throw new Rejected('workspace.invalid', { hint: `the key belongs to "${workspace}"` });
  return { ...read.data, id };
}

type Workspaces = Pick<WorkspaceStore, 'current' | 'save'>;

async function readWorkspace(workspaces: Workspaces, { workspace }: ApiRequest): Promise<ApiResponse> {
  const saved = await workspaces.current(workspace);
  if (!saved) throw new NotFound('workspace.unknown', { workspace });
  return { headers: { etag: etagOf(saved.rev) }, body: saved.workspace };
}

async function putWorkspace(workspaces: Workspaces, request: ApiRequest): Promise<ApiResponse> {
  const { workspace, headers } = request;
  const settings = readSettings(request.body(), workspace);
  const present = await workspaces.current(workspace);
  if (present && isDeepStrictEqual(present.workspace, settings))
    return { headers: { etag: etagOf(present.rev) }, body: settings };
  const rev = present?.rev ?? 0;
  checkPreconditions(headers, rev, { optional: true });
  if (!(await workspaces.save(settings, rev))) throw lostRace(headers, 'workspace.changed', { workspace });
  return { headers: { etag: etagOf(rev + 1) }, body: settings };
}

/**
 * Settings of the caller's workspace. A PUT is one write over the revision read: a lost race
 * answers 412, without `If-Match` 409. A PUT of the stored settings changes nothing, so it may be
 * retried. Environments cache settings for up to a minute.
 */
export function handleWorkspaceRoutes(
  workspaces: Workspaces,
  secrets: Pick<WebhookSecretStore, 'current' | 'rotate'>,
): ApiRoutes {
  return {
    'GET /v1/workspace': (request) => readWorkspace(workspaces, request),
    'PUT /v1/workspace': (request) => putWorkspace(workspaces, request),
    'GET /v1/workspace/webhook-secret': async ({ workspace }) => ({
      body: { secrets: await secrets.current(workspace) },
    }),
    'POST /v1/workspace/webhook-secret/rotate': async ({ workspace }) => ({
      body: { secrets: await secrets.rotate(workspace) },
    }),
  };
}
