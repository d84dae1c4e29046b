import { type BusEvent } from '#lib/model/bus-events.ts';
import { customerId } from '#lib/model/customer.ts';
import { type Profile } from '#lib/model/profile.ts';
import { fittingProperties } from '#lib/profile/cause.ts';
import { Rejected } from '#lib/shared/errors.ts';
import { deterministicId } from '#lib/shared/ids.ts';
import { isJsonObject, type JsonObject } from '#lib/shared/json.ts';
import { type StepOf } from '../../definition/step.ts';
import { type StepCall } from '../../execution/step-call.ts';
import { interpolateJson } from '../../messaging/render-template.ts';
import { templateValues } from '../template-values.ts';

/** A step that publishes an event: one of its own, or the entry into another journey. */
export type PublishingStep = StepOf<'emitEvent'> | StepOf<'startJourney'>;

/** Maximum number of journeys that start one another in a row. More than that is a loop. */
const maxDepth = 10;

/** Returns the step of a call. Throws `Rejected('journey.wrong-step')` if it publishes nothing. */
export function publishingStepOf({ step, stepId }: StepCall): PublishingStep {
  if (step.kind === 'emitEvent' || step.kind === 'startJourney') return step;
  throw new Rejected('journey.wrong-step', { stepId, kind: step.kind });
}

function propertiesOf(call: StepCall, step: PublishingStep, profile: Profile): JsonObject {
  const properties = interpolateJson(step.properties, templateValues(call, profile));
  return fittingProperties(isJsonObject(properties) ? properties : {});
}

/** Returns the depth of the journey that a call starts. Throws `Rejected` beyond the limit. */
function nextDepth({ enrolment }: StepCall, starts: string): number {
  const depth = (enrolment.trigger.depth ?? 0) + 1;
  if (depth > maxDepth) throw new Rejected('journey.too-deep', { journeyId: enrolment.journeyId, starts, depth });
  return depth;
}

/**
 * Returns the event that a step publishes. Its id is made of the visit, so every retry returns the
 * same. Throws `Rejected('journey.too-deep')` for the eleventh journey in a row.
 */
export function toJourneyEvent(call: StepCall, step: PublishingStep, profile: Profile): BusEvent {
  const { workspace, enrolmentId, journeyId, version } = call.enrolment;
  const { customer } = profile;
  const { enteredAt: occurredAt } = call;
  const id = deterministicId('emit', enrolmentId, call.stepId, call.occurrence);
  const base = { id, workspace, customer, customerId: customerId(customer), occurredAt };
  const properties = propertiesOf(call, step, profile);
  if (step.kind === 'emitEvent')
    return {
      name: 'JourneyEventEmitted',
      detail: { ...base, enrolmentId, journeyId, version, event: step.event, properties },
    };
  const depth = nextDepth(call, step.journey);
  const cause = { messageId: id, name: 'Journey', at: occurredAt, properties };
  return { name: 'EntryTriggered', detail: { ...base, journeyId: step.journey, cause, depth } };
}
