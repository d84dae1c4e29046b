import { type Bus } from '../../../lib/aws/bus.ts';
import { NotFound, Rejected, Unavailable } from '../../../lib/shared/errors.ts';
import { type BusEvent } from '../../../lib/model/bus-events.ts';
import { customerId } from '../../../lib/model/customer.ts';
import { deterministicId } from '../../../lib/shared/ids.ts';
import { type StepGuard, type StepBlocked } from '../../../lib/journey/execution/step-guard.ts';
import { interpolateJson } from '../../../lib/journey/messaging/render-template.ts';
import { type StepOf } from '../../../lib/journey/definition/step.ts';
import { StepCall } from '../../../lib/journey/execution/step-call.ts';
import { templateValues } from '../../../lib/journey/steps/template-values.ts';
import { isJsonObject, type JsonObject } from '../../../lib/shared/json.ts';
import { type Profile } from '../../../lib/model/profile.ts';
import { fittingProperties } from '../../../lib/profile/cause.ts';
import { type ProfileStore } from '../../../lib/profile/profile-store.ts';

interface Dependencies {
  profiles: ProfileStore;
  gate: StepGuard;
  bus: Bus;
}

type Result = { status: 'emitted' | 'left'; because: JsonObject } | StepBlocked;

type Emitting = StepOf<'emitEvent'> | StepOf<'startJourney'>;

/** Journeys that start one another: past so many in a row something goes round in circles. */
const maxDepth = 10;

function eventOf(call: StepCall, step: Emitting, profile: Profile): BusEvent {
  const { enrolment, stepId, occurrence } = call;
  const { workspace, enrolmentId, journeyId, version, trigger } = enrolment;
  const { customer } = profile;
  const occurredAt = new Date(call.enteredAt).toISOString();
  const id = deterministicId('emit', enrolmentId, stepId, occurrence);
  const head = { id, workspace, customer, customerId: customerId(customer), occurredAt };
  const filledIn = interpolateJson(step.properties, templateValues(call, profile));
  const properties = fittingProperties(isJsonObject(filledIn) ? filledIn : {});
  if (step.kind === 'emitEvent')
    return {
      name: 'JourneyEventEmitted',
      detail: { ...head, enrolmentId, journeyId, version, event: step.event, properties },
    };
  const depth = (trigger.depth ?? 0) + 1;
  if (depth > maxDepth) throw new Rejected('journey.too-deep', { journeyId, starts: step.journey, depth });
  const cause = { messageId: id, name: 'Journey', at: occurredAt, properties };
  return { name: 'EntryTriggered', detail: { ...head, journeyId: step.journey, cause, depth } };
}

/**
 * The steps `emitEvent` and `startJourney`: one event on the bus, whose id is made of the visit: a retry tells the same again, and whoever
 * listens takes it once. A journey that is started so has its own door with its own rules. Whoever has left tells nothing.
 */
export function publishStepEvent({ profiles, gate, bus }: Dependencies) {
  return async (event: unknown): Promise<Result> => {
    const call = StepCall.parse(event);
    const { step, stepId } = call;
    if (step.kind !== 'emitEvent' && step.kind !== 'startJourney')
      throw new Rejected('journey.wrong-step', { stepId, kind: step.kind });
    const { enrolmentId } = call.enrolment;
    const profile = await profiles.get(call.enrolment);
    if (!profile) throw new NotFound('customer.unknown', { enrolmentId });
    const stopped = await gate(call, profile);
    if (stopped) return stopped;
    if (!Object.hasOwn(profile.journeys, enrolmentId)) return { status: 'left', because: {} };
    const told = eventOf(call, step, profile);
    if ((await bus.put([told])).length > 0) throw new Unavailable('bus.refused', { event: told.name });
    return { status: 'emitted', because: { event: told.name, id: told.detail.id } };
  };
}
