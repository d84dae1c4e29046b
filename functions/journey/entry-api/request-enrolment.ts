import { type Bus } from '#lib/aws/bus.ts';
import { type EnrolmentRequest } from '#lib/journey/api/entry-routes.ts';
import { buildEntryEvent, enrolmentIdFor, entryKeyFor } from '#lib/journey/enrolment/entry-request.ts';
import { type JourneyRecord } from '#lib/journey/publishing/journey-record.ts';
import { type JourneyStore } from '#lib/journey/publishing/journey-store.ts';
import { enterableVersion } from '#lib/journey/publishing/rollout.ts';
import { type Customer } from '#lib/model/customer.ts';
import { type ProfileStore } from '#lib/profile/profile-store.ts';
import { findCustomer } from '#lib/profile/views/list-customers.ts';
import { NotFound, Rejected, ThroughlineError, Unavailable } from '#lib/shared/errors.ts';
import { deterministicId } from '#lib/shared/ids.ts';
import { compact } from '#lib/shared/records.ts';
import { type Clock } from '#lib/shared/time.ts';
import { publish } from './publish.ts';

/** The stores and the bus that a request is checked and published with. */
export interface RequestEnrolmentDependencies {
  journeys: Pick<JourneyStore, 'readRecord' | 'version'>;
  profiles: ProfileStore;
  bus: Bus;
  clock: Clock;
  newId: () => string;
}

/**
 * Returns the entry key of a request on the version that the customer would enter. Throws if the
 * journey takes no entry, or none by the API. A test person needs no trigger `api`.
 */
async function findEntryKey(
  journeys: RequestEnrolmentDependencies['journeys'],
  record: JourneyRecord,
  { customer, request }: { customer: Customer; request: EnrolmentRequest },
): Promise<string> {
  const { journeyId, state } = record;
  const enterable = enterableVersion(record, customer, request);
  if (enterable === undefined) throw new ThroughlineError('conflict', 'journey.not-live', { journeyId, state });
  const version = await journeys.version(customer.workspace, journeyId, enterable);
  if (!version) throw new Unavailable('journey.version-missing', { journeyId });
  const { entry } = version.definition;
  if (!request.test && !entry.triggers.some((trigger) => 'api' in trigger))
    throw new ThroughlineError('conflict', 'journey.no-api-entry', { journeyId });
  const entryKey = entryKeyFor(version.definition, request);
  if (entryKey === undefined) throw new Rejected('journey.no-entry-key', { key: entry.key });
  return entryKey;
}

/**
 * Publishes a request to enrol a customer. Returns the id of the enrolment that an admission makes.
 * The journey's rules decide later. A retry with the same id is idempotent.
 */
export async function requestEnrolment(
  { journeys, profiles, bus, clock, newId }: RequestEnrolmentDependencies,
  { workspace, journeyId }: { workspace: string; journeyId: string },
  request: EnrolmentRequest,
): Promise<{ id: string; enrolmentId: string }> {
  const record = await journeys.readRecord(workspace, journeyId);
  if (!record) throw new NotFound('journey.unknown', { journeyId });
  const profile = await findCustomer(profiles, workspace, request.customerId);
  const customer = { workspace, customer: profile.customer };
  const entryKey = await findEntryKey(journeys, record, { customer, request });
  const { id = newId(), properties, key, test } = request;
  const requestId = deterministicId('api', workspace, journeyId, id);
  const cause = { messageId: id, name: 'API', at: clock.now(), properties };
  const trigger = { id: requestId, journeyId, cause, ...compact({ key }), ...(test && { test }) };
  await publish(bus, buildEntryEvent(customer, trigger));
  return { id, enrolmentId: enrolmentIdFor(customer, { journeyId, entryKey, requestId }) };
}
