import { type Profile } from '../../../model/profile.ts';
import { type JourneyDefinition } from '../../definition/journey-definition.ts';

/** An active enrolment of the customer in another journey of the same group. */
export interface CompetingEnrolment {
  enrolmentId: string;
  journeyId: string;
  priority: number;
}

/**
 * Returns the customer's active enrolments in the journey's group. Empty for a journey without a
 * group.
 */
export function competingEnrolments(
  { competition }: Pick<JourneyDefinition, 'competition'>,
  { journeys }: Profile,
): CompetingEnrolment[] {
  if (!competition) return [];
  return Object.entries(journeys).flatMap(([enrolmentId, { journeyId, competes }]) =>
    competes?.group === competition.group ? [{ enrolmentId, journeyId, priority: competes.priority }] : [],
  );
}

/**
 * Returns a competing enrolment of at least the same priority, which rejects the entry. If there is
 * none, the entry ends all competing enrolments.
 */
export function findHigherPriority(
  definition: Pick<JourneyDefinition, 'competition'>,
  profile: Profile,
): CompetingEnrolment | undefined {
  const priority = definition.competition?.priority ?? 0;
  return competingEnrolments(definition, profile).find((rival) => rival.priority >= priority);
}
