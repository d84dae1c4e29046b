import { enrolCustomers } from '../../functions/journey/enrol-customer/handler.ts';
import { type JourneyDefinition } from '../../lib/journey/definition/journey-definition.ts';
import { type JourneyState, deployedJourneyRecord } from '../../lib/journey/publishing/journey-record.ts';
import { rejectionStore } from '../../lib/journey/enrolment/rejection-store.ts';
import { workspaceStore } from '../../lib/ingestion/workspace/workspace-store.ts';
import { enrolmentStore } from '../../lib/journey/enrolment/enrolment-store.ts';
import { touchpointsSince } from '../../lib/profile/touchpoint-reader-store.ts';
import { profileStore } from '../../lib/profile/profile-store.ts';
import { type Instant } from '../../lib/shared/time.ts';
import { aJourney, aProfile, mina, start } from './journey-examples.ts';
import { aliasArn, Life, type World } from './journey-world.ts';

export const stranger = () => aProfile({ journeys: {} });

/** Signing up, as the projector tells of it. */
export const signedUp = (
  id = 'event-1',
  properties = {},
  { customer = mina.customer, journeyId = 'welcome' } = {},
) => ({
  'detail-type': 'EntryTriggered',
  detail: {
    id,
    ...mina,
    customer,
    customerId: 'mina',
    occurredAt: start,
    journeyId,
    cause: { messageId: 'm1', name: 'Signed Up', at: start, properties },
  },
});

/** A journey store of one journey, live unless told otherwise. */
function doors(definition: JourneyDefinition, state: JourneyState = 'live') {
  const record = { ...deployedJourneyRecord(definition), state };
  const version = { version: definition.version, definition, arn: aliasArn };
  const live = { journeyId: definition.id, record, versions: [{ ...version, weight: 100 }] };
  return {
    readRecord: async () => record,
    recordOf: () => record,
    version: async () => version,
    live: async () => (state === 'live' ? [live] : []),
  };
}

export interface Enrolling {
  life?: Life;
  definition?: JourneyDefinition;
  state?: JourneyState;
  now?: Instant;
}

/** The handler as one life of it has it. */
export function enrolling(
  world: World,
  { life = new Life(), definition = aJourney(), state, now = world.clock.now() }: Enrolling = {},
) {
  const table = life.table(world.table);
  return enrolCustomers({
    table,
    workspaces: workspaceStore(table),
    journeys: doors(definition, state),
    profiles: profileStore(table),
    enrolments: enrolmentStore(table),
    refusals: rejectionStore(world.table),
    executions: life.executions(world.executions),
    touchpointsSince: (profile, since) => touchpointsSince(table, profile, since),
    clock: { now: () => now },
    report: () => undefined,
  });
}

export const enrolmentsOf = async (world: World) => {
  const { placed } = await world.enrolments.list({ workspace: 'acme', journeyId: 'welcome' }, { limit: 100 });
  return placed.map(({ enrolment }) => enrolment);
};
