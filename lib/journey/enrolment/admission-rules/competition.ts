import { type Profile } from '#lib/model/profile.ts';
import { type JourneyDefinition } from '../../definition/journey-definition.ts';
import { type AdmissionRule, reject } from './admission-input.ts';

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
 * Rejects an entry if a competing enrolment has at least the journey's priority. If none has, the
 * entry ends all competing enrolments.
 */
export const checkCompetition: AdmissionRule = ({ definition, profile }) => {
  const priority = definition.competition?.priority ?? 0;
  const higher = competingEnrolments(definition, profile).find((competing) => competing.priority >= priority);
  return higher && reject('outranked', { by: higher.journeyId, priority: higher.priority });
};
