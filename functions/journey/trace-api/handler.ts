import { type Histories } from '#lib/aws/step-functions/execution-histories.ts';
import { type ApiRequest, type ApiResponse, type ApiRoutes } from '#lib/aws/http/api-function.ts';
import { type OwnedEnrolment } from '#lib/journey/enrolment/enrolment-record.ts';
import { type EnrolmentStore } from '#lib/journey/enrolment/enrolment-store.ts';
import { type RejectionStore } from '#lib/journey/enrolment/rejection-store.ts';
import { findEnrolmentOwner } from '#lib/journey/insight/find-enrolment-owner.ts';
import { readTrace, TracePosition } from '#lib/journey/insight/read-trace.ts';
import { type JourneyStore } from '#lib/journey/publishing/journey-store.ts';
import { type PublishStore } from '#lib/journey/publishing/version-store.ts';
import { type CustomerIdentities, identitiesOf } from '#lib/profile/customer-identities.ts';
import { type ProfileStore } from '#lib/profile/profile-store.ts';
import { findCustomer } from '#lib/profile/views/list-customers.ts';
import { NotFound } from '#lib/shared/errors.ts';
import { readCursor } from '#lib/shared/http/paging.ts';
import { bounded } from '#lib/shared/trim.ts';

interface Dependencies {
  profiles: ProfileStore;
  enrolments: EnrolmentStore;
  refusals: Pick<RejectionStore, 'find'>;
  journeys: Pick<JourneyStore, 'listRecords'>;
  drafts: Pick<PublishStore, 'versions'>;
  histories: Histories;
  /** Prefix of the names of state machines. */
  stack: string;
  /** Prefix of their ARNs. */
  machines: string;
}

/** Returns the identities of the customer that the query names, else of the enrolment's owner. */
async function readIdentities(
  deps: Dependencies,
  { workspace, params, query }: ApiRequest,
): Promise<CustomerIdentities | undefined> {
  if (query.customerId !== undefined)
    return identitiesOf(await findCustomer(deps.profiles, workspace, query.customerId));
  const owner = await findEnrolmentOwner(deps, workspace, params.id ?? '');
  return owner && [{ workspace, customer: owner.customer }];
}

async function readEnrolment(deps: Dependencies, request: ApiRequest): Promise<OwnedEnrolment> {
  const { id: enrolmentId = '' } = request.params;
  const identities = await readIdentities(deps, request);
  const placed = identities && (await deps.enrolments.find(identities, enrolmentId));
  if (!placed) throw new NotFound('enrolment.unknown', { enrolmentId });
  return placed;
}

async function traceEnrolment(deps: Dependencies, request: ApiRequest): Promise<ApiResponse> {
  const { cursor } = request.query;
  const placed = await readEnrolment(deps, request);
  const from = cursor === undefined ? { leg: 0, step: 0 } : readCursor(cursor, TracePosition);
  return { body: await readTrace(deps, placed, from) };
}

/**
 * Lists the latest rejection of each journey. An entry request to a journey that is known to admit
 * no customers is not made, so no rejection is stored. `notLive` lists these journeys instead.
 */
async function listRejections(deps: Dependencies, { workspace, params }: ApiRequest): Promise<ApiResponse> {
  const identities = identitiesOf(await findCustomer(deps.profiles, workspace, params.id ?? ''));
  const records = await deps.journeys.listRecords(workspace);
  const found = await Promise.all(records.map(({ journeyId }) => deps.refusals.find(identities, journeyId)));
  const items = found.filter((row) => row !== undefined).sort((a, b) => (a.at < b.at ? 1 : -1));
  const notLive = records
    .filter(({ state }) => state !== 'live')
    .map(({ journeyId, state, since }) => ({ journeyId, state, since }));
  return { body: bounded({ items, notLive }, ['items', 'notLive']) };
}

/**
 * Routes that explain what journeys did. A trace is read from the histories of Step Functions,
 * which hold the result of each step and the inputs of its decision. It needs no writes, and is
 * there for 90 days after the end of an execution.
 */
export function handleTraceRoutes(deps: Dependencies): ApiRoutes {
  return {
    'GET /v1/enrolments/{id}/trace': (request) => traceEnrolment(deps, request),
    'GET /v1/customers/{id}/refusals': (request) => listRejections(deps, request),
  };
}
