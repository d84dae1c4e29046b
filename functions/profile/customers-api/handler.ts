import { type ApiRequest, type ApiRoutes } from '#lib/aws/http/api-function.ts';
import { type Table } from '#lib/aws/table/dynamo-table.ts';
import { NotFound } from '#lib/shared/errors.ts';
import { type WorkspaceStore } from '#lib/ingestion/workspace/workspace-store.ts';
import { type InAppStore } from '#lib/journey/messaging/channels/in-app-store.ts';
import { identitiesOf } from '#lib/profile/customer-identities.ts';
import { listEnrolments } from '#lib/profile/views/list-enrolments.ts';
import { presentCustomer } from '#lib/api/present-customer.ts';
import { readLimit } from '#lib/shared/http/paging.ts';
import { findCustomer, listCustomers } from '#lib/profile/views/list-customers.ts';
import { type Profile } from '#lib/model/profile.ts';
import { type ProfileStore } from '#lib/profile/profile-store.ts';
import { readTimeline } from '#lib/profile/views/timeline.ts';
import { stageModelOf } from '#lib/stage/stage-templates.ts';
import { type Clock } from '#lib/shared/time.ts';
import { bounded } from '#lib/shared/trim.ts';

interface Dependencies {
  table: Table;
  workspaces: WorkspaceStore;
  profiles: ProfileStore;
  inApp: Pick<InAppStore, 'list' | 'seen'>;
  clock: Clock;
}

async function stagesOf({ workspaces }: Dependencies, workspace: string): Promise<string[]> {
  const settings = await workspaces.settings(workspace);
  if (!settings) throw new NotFound('workspace.unknown', { workspace });
  return stageModelOf(settings).stages.map(({ id }) => id);
}

const readPage = ({ query }: ApiRequest) => ({ limit: readLimit(query.limit), cursor: query.cursor });

const profileOf = ({ profiles }: Dependencies, { workspace, params }: ApiRequest): Promise<Profile> =>
  findCustomer(profiles, workspace, params.id ?? '');

/** Routes that read customers. A customer of another workspace is unknown: 404. */
export function handleCustomerRoutes(dependencies: Dependencies): ApiRoutes {
  const { table, inApp, clock } = dependencies;
  return {
    'GET /v1/customers': async (request) => {
      const { workspace, query } = request;
      const stages = query.stage === undefined ? await stagesOf(dependencies, workspace) : [query.stage];
      return { body: await listCustomers(dependencies, { workspace, stages }, readPage(request)) };
    },

    'GET /v1/customers/{id}': async (request) => {
      const profile = await profileOf(dependencies, request);
      const view = presentCustomer(profile, await listEnrolments(table, profile));
      return { body: bounded(view, ['enrolments', 'linked']) };
    },

    'GET /v1/customers/{id}/timeline': async (request) => {
      const profile = await profileOf(dependencies, request);
      return { body: await readTimeline(table, profile, readPage(request)) };
    },

    'GET /v1/customers/{id}/in-app': async (request) => {
      const profile = await profileOf(dependencies, request);
      return { body: await inApp.list(identitiesOf(profile), readPage(request)) };
    },

    'POST /v1/customers/{id}/in-app/{messageId}/seen': async (request) => {
      const profile = await profileOf(dependencies, request);
      const { messageId = '' } = request.params;
      const seenAt = await inApp.seen(identitiesOf(profile), messageId, clock.now());
      if (seenAt === undefined) throw new NotFound('message.unknown', { messageId });
      return { body: { messageId, seenAt } };
    },
  };
}
