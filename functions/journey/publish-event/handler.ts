import { StepCall } from '#lib/journey/execution/step-call.ts';
import {
  type PublishEventDependencies,
  type PublishEventResult,
  publishJourneyEvent,
} from '#lib/journey/steps/publish-event/publish-journey-event.ts';

/** The steps `emitEvent` and `startJourney`: publishes one event (`publishJourneyEvent`). */
export function publishStepEvent(dependencies: PublishEventDependencies) {
  return async (event: unknown): Promise<PublishEventResult> =>
    publishJourneyEvent(dependencies, StepCall.parse(event));
}
