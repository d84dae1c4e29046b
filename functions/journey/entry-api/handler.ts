import type * as z from 'zod';
import { type Bus } from '../../../lib/aws/bus.ts';
import { type ApiRoutes } from '../../../lib/aws/http/api-function.ts';
import { NotFound, Rejected, ThroughlineError, Unavailable } from '../../../lib/shared/errors.ts';
import { type BusEvent } from '../../../lib/model/bus-events.ts';
import { customerId } from '../../../lib/model/customer.ts';
import { issuesOf } from '../../../lib/shared/http/issues.ts';
import { deterministicId } from '../../../lib/shared/ids.ts';
import { enrolmentIdFor, entryKeyFor } from '../../../lib/journey/enrolment/entry-request.ts';
import { type FanOutStore } from '../../../lib/journey/scheduling/fan-out-store.ts';
import { enterableVersion } from '../../../lib/journey/publishing/rollout.ts';
import { type JourneyStore } from '../../../lib/journey/publishing/journey-store.ts';
import { BusinessEventRequest, EnrolmentRequest, maxPropertiesBytes } from '../../../lib/journey/api/entry-routes.ts';
import { findBusinessFanOuts } from '../../../lib/journey/scheduling/scheduled-entries.ts';
import { findCustomer } from '../../../lib/profile/views/list-customers.ts';
import { type ProfileStore } from '../../../lib/profile/profile-store.ts';
import { type Clock } from '../../../lib/shared/time.ts';

interface Dependencies {
  journeys: Pick<JourneyStore, 'readRecord' | 'version' | 'live'>;
  profiles: ProfileStore;
  fanOuts: FanOutStore;
  bus: Bus;
  clock: Clock;
  newId: () => string;
}

function read<Shape extends z.ZodType<{ properties: object }>>(shape: Shape, body: unknown): z.infer<Shape> {
  const found = shape.safeParse(body);
  if (!found.success) throw new Rejected('body.invalid', { issues: issuesOf(found.error) });
  if (Buffer.byteLength(JSON.stringify(found.data.properties)) > maxPropertiesBytes)
    throw new Rejected('body.properties-too-big', { maxBytes: maxPropertiesBytes });
  return found.data;
}

/**
 * Routes that request entry to journeys. A 202 means that the request is on the bus; the journey's
 * rules decide later, and the trace API shows the result. After any other answer a retry is safe,
 * and idempotent if the caller gives an id.
 */
export function handleEntryRoutes({ journeys, profiles, fanOuts, bus, clock, newId }: Dependencies): ApiRoutes {
  async function tell(event: BusEvent): Promise<void> {
    if ((await bus.put([event])).length > 0) throw new Unavailable('bus.refused', { event: event.name });
  }

  return {
    'POST /v1/journeys/{id}/enrolments': async ({ workspace, params: { id: journeyId = '' }, ...request }) => {
      const asked = read(EnrolmentRequest, request.body());
      const head = await journeys.readRecord(workspace, journeyId);
      if (!head) throw new NotFound('journey.unknown', { journeyId });
      const { customer } = await findCustomer(profiles, workspace, asked.customerId);
      const who = { workspace, customer };
      const entrance = enterableVersion(head, who, asked);
      if (entrance === undefined)
        throw new ThroughlineError('conflict', 'journey.not-live', { journeyId, state: head.state });
      const version = await journeys.version(workspace, journeyId, entrance);
      if (!version) throw new Unavailable('journey.version-missing', { journeyId });
      const { definition } = version;
      if (!asked.test && !definition.entry.triggers.some((trigger) => 'api' in trigger))
        throw new ThroughlineError('conflict', 'journey.no-api-entry', { journeyId });
      const entryKey = entryKeyFor(definition, asked);
      if (entryKey === undefined) throw new Rejected('journey.no-entry-key', { key: definition.entry.key });

      const { id = newId(), properties, key, test } = asked;
      const requestId = deterministicId('api', workspace, journeyId, id);
      const now = clock.now();
      const cause = { messageId: id, name: 'API', at: now, properties };
      const more = { ...(key !== undefined && { key }), ...(test && { test }) };
      const common = { id: requestId, ...who, customerId: customerId(customer), occurredAt: now };
      await tell({ name: 'EntryTriggered', detail: { ...common, journeyId, cause, ...more } });
      return { status: 202, body: { id, enrolmentId: enrolmentIdFor(who, { journeyId, entryKey, requestId }) } };
    },

    'POST /v1/business-events': async ({ workspace, ...request }) => {
      const { id = newId(), name, properties } = read(BusinessEventRequest, request.body());
      const at = clock.now();
      const begun = findBusinessFanOuts(await journeys.live(workspace), {
        id: deterministicId(workspace, id),
        name,
        at,
        properties,
      });
      for (const fanOut of begun) await fanOuts.begin(workspace, fanOut);
      const head = { id: deterministicId('business', workspace, id), workspace, occurredAt: at };
      const detail = { ...head, name, properties, fanOuts: begun.map((fanOut) => fanOut.id) };
      await tell({ name: 'BusinessEventReceived', detail });
      return { status: 202, body: { id, journeys: [...new Set(begun.map(({ journeyId }) => journeyId))] } };
    },
  };
}
