import onboarding from '#events/journeys/onboarding.json' with { type: 'json' };
import retention from '#events/journeys/retention.json' with { type: 'json' };
import { JourneyDefinition } from '../definition/journey-definition.ts';

/**
 * The journeys that every deployment has. The template compiles them to state machines. `enrol` and
 * the projector read their triggers.
 */
export const deployedJourneys: readonly JourneyDefinition[] = [onboarding, retention].map((definition) =>
  JourneyDefinition.parse(definition),
);
