import { type Profile } from '../../../model/profile.ts';
import { type JourneyDefinition } from '../../definition/journey-definition.ts';

/** A journey of the same group that the customer is inside. */
export interface CompetingEnrolment {
  enrolmentId: string;
  journeyId: string;
  priority: number;
}

/** Whom the customer is inside of, in a journey's group. */
export function competingEnrolments(
  { competition }: Pick<JourneyDefinition, 'competition'>,
  { journeys }: Profile,
): CompetingEnrolment[] {
  if (!competition) return [];
  return Object.entries(journeys).flatMap(([enrolmentId, { journeyId, competes }]) =>
    competes?.group === competition.group ? [{ enrolmentId, journeyId, priority: competes.priority }] : [],
  );
}

/** The rival that keeps the customer: one of at least the same priority. All others give way. */
export function findHigherPriority(
  definition: Pick<JourneyDefinition, 'competition'>,
  profile: Profile,
): CompetingEnrolment | undefined {
  const priority = definition.competition?.priority ?? 0;
  return competingEnrolments(definition, profile).find((rival) => rival.priority >= priority);
}
