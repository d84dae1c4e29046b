import { JourneyDefinition } from '#lib/journey/definition/journey-definition.ts';
import { type Profile } from '#lib/model/profile.ts';
import { type ProjectionRules, type Reaction, type ReactionState } from '#lib/projection/projection-state.ts';
import { stageModelOf } from '#lib/stage/stage-templates.ts';
import { acme, aProfile, aTouchpoint, minutes, type Sketch } from '../../profile/profile-examples.ts';

export const aJourney = (id: string, entry: object = {}): JourneyDefinition =>
  JourneyDefinition.parse({
    ...{ id, version: 1, name: { en: id, ko: id }, start: 'End', steps: { End: { kind: 'exit' } } },
    entry: { triggers: [{ touchpoint: { event: 'Signed Up' } }], ...entry },
  });

export const rulesWith = (more: Partial<ProjectionRules> = {}): ProjectionRules => ({
  ...{ workspace: acme, model: stageModelOf(acme), journeys: [] },
  ...more,
});

/** An enrolment since minute 10 that an order ends. */
export const enrolled = {
  journeyId: 'onboarding',
  version: 1,
  since: minutes(10),
  exit: { event: 'Order Completed' },
};

/** A step that waits for `Activated` from minute 20 until 60. */
export const waiting = { enrolmentId: 'e1', on: { event: 'Activated' }, since: minutes(20), until: minutes(60) };

interface Given {
  profile?: Partial<Profile>;
  state?: Partial<ReactionState>;
  rules?: ProjectionRules;
}

/** Runs one reaction on a touchpoint of that minute. Returns the state before and after. */
export function reactTo(
  reaction: Reaction,
  { minute, ...sketch }: Sketch & { minute: number },
  { profile, state, rules = rulesWith() }: Given = {},
) {
  const touchpoint = aTouchpoint({ at: minutes(minute), ...sketch });
  const before: ReactionState = {
    profile: aProfile({ lastSeen: touchpoint.at, ...profile }),
    ...{ signals: [], transitions: [], joinedSegments: [] },
    ...state,
  };
  return { before, after: reaction.react(before, { touchpoint, at: touchpoint.at }, rules) };
}

export const typesOf = ({ signals }: ReactionState): string[] => signals.map(({ type }) => type);
