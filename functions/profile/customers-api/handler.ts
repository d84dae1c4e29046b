import { type ApiRoutes } from '../../../lib/aws/http/api-function.ts';
import { type Table } from '../../../lib/aws/table/dynamo-table.ts';
import { NotFound } from '../../../lib/shared/errors.ts';
import { type WorkspaceStore } from '../../../lib/ingestion/workspace/workspace-store.ts';
import { type InAppStore } from '../../../lib/journey/messaging/channels/in-app-store.ts';
import { identitiesOf } from '../../../lib/profile/customer-identities.ts';
import { partition, ranges } from '../../../lib/model/keys/table-keys.ts';
import { stripRange } from '../../../lib/model/keys/parse-keys.ts';
import { EnrolmentView } from '../../../lib/profile/views/customer-view.ts';
import { presentCustomer } from '../../../lib/api/present-customer.ts';
import { readLimit } from '../../../lib/shared/http/paging.ts';
import { findCustomer, listCustomers } from '../../../lib/profile/views/list-customers.ts';
import { type Profile } from '../../../lib/model/profile.ts';
import { type ProfileStore } from '../../../lib/profile/profile-store.ts';
import { readTimeline } from '../../../lib/profile/views/timeline.ts';
import { stageModelOf } from '../../../lib/stage/stage-templates.ts';
import { type Clock } from '../../../lib/shared/time.ts';
import { bounded } from '../../../lib/shared/trim.ts';

interface Dependencies {
  table: Table;
  workspaces: WorkspaceStore;
  profiles: ProfileStore;
  inApp: Pick<InAppStore, 'list' | 'seen'>;
  clock: Clock;
}

/** Routes that read customers. A customer of another workspace is unknown: 404. */
export function handleCustomerRoutes({ table, workspaces, profiles, inApp, clock }: Dependencies): ApiRoutes {
  async function stagesOf(workspace: string): Promise<string[]> {
    const settings = await workspaces.settings(workspace);
    if (!settings) throw new NotFound('workspace.unknown', { workspace });
    return stageModelOf(settings).stages.map(({ id }) => id);
  }

  async function enrolmentsOf({ workspace, customer, linked }: Profile): Promise<EnrolmentView[]> {
    const owners = [customer, ...linked].map((owner) => partition({ workspace, customer: owner }));
    const rows = await Promise.all(owners.map((pk) => table.query(pk, { prefix: ranges.enrolment })));
    return rows
      .flat()
      .map(({ pk: _pk, sk, listPk: _listPk, listSk: _listSk, ttl: _ttl, ...row }) =>
        EnrolmentView.parse({ ...row, enrolmentId: stripRange(sk, ranges.enrolment) }),
      )
      .sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
  }

  return {
    'GET /v1/customers': async ({ workspace, query }) => {
      const stages = query.stage === undefined ? await stagesOf(workspace) : [query.stage];
      const page = { limit: readLimit(query.limit), cursor: query.cursor };
      return { body: await listCustomers({ table, profiles }, { workspace, stages }, page) };
    },

    'GET /v1/customers/{id}': async ({ workspace, params }) => {
      const profile = await findCustomer(profiles, workspace, params.id ?? '');
      return { body: bounded(presentCustomer(profile, await enrolmentsOf(profile)), ['enrolments', 'linked']) };
    },

    'GET /v1/customers/{id}/timeline': async ({ workspace, params, query }) => {
      const profile = await findCustomer(profiles, workspace, params.id ?? '');
      return { body: await readTimeline(table, profile, { limit: readLimit(query.limit), cursor: query.cursor }) };
    },

    'GET /v1/customers/{id}/in-app': async ({ workspace, params, query }) => {
      const profile = await findCustomer(profiles, workspace, params.id ?? '');
      const page = { limit: readLimit(query.limit), cursor: query.cursor };
      return { body: await inApp.list(identitiesOf(profile), page) };
    },

    'POST /v1/customers/{id}/in-app/{messageId}/seen': async ({ workspace, params }) => {
      const profile = await findCustomer(profiles, workspace, params.id ?? '');
      const { messageId = '' } = params;
      const seenAt = await inApp.seen(identitiesOf(profile), messageId, clock.now());
      if (seenAt === undefined) throw new NotFound('message.unknown', { messageId });
      return { body: { messageId, seenAt } };
    },
  };
}
