import { type Bus } from '#lib/aws/bus.ts';
import { Unavailable } from '#lib/shared/errors.ts';
import { type JsonObject } from '#lib/shared/json.ts';
import { type StepCall } from '../../execution/step-call.ts';
import { type StepBlocked } from '../../execution/step-guard.ts';
import { type GuardedStepDependencies, readGuardedProfile } from '../guarded-profile.ts';
import { publishingStepOf, toJourneyEvent } from './journey-event.ts';

/** The bus and the stores that a publishing step uses. */
export interface PublishEventDependencies extends GuardedStepDependencies {
  bus: Bus;
}

/** `left`: the customer has left the journey, and nothing was published. */
export type PublishEventResult = { status: 'emitted' | 'left'; because: JsonObject } | StepBlocked;

/**
 * Publishes one event. A retry publishes the same id, made of the visit, and every listener is
 * idempotent. A journey started so applies its own entry rules. Publishes nothing for a customer
 * who has left the journey.
 */
export async function publishJourneyEvent(
  dependencies: PublishEventDependencies,
  call: StepCall,
): Promise<PublishEventResult> {
  const step = publishingStepOf(call);
  const guarded = await readGuardedProfile(dependencies, call);
  if ('blocked' in guarded) return guarded.blocked;
  const { profile } = guarded;
  if (!Object.hasOwn(profile.journeys, call.enrolment.enrolmentId)) return { status: 'left', because: {} };
  const event = toJourneyEvent(call, step, profile);
  const refused = await dependencies.bus.put([event]);
  if (refused.length > 0) throw new Unavailable('bus.refused', { event: event.name });
  return { status: 'emitted', because: { event: event.name, id: event.detail.id } };
}
