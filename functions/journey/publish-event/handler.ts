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

/** Maximum number of journeys that start one another in a row. More than that is a loop. */
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
 * The steps `emitEvent` and `startJourney`: publishes one event. A retry publishes the same id,
 * made of the visit, and every listener is idempotent. A journey started so applies its own entry
 * rules. Publishes nothing for a customer who has left the journey.
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
