import { type Customer } from '../identity/customer.ts';
import { type WorkspaceStore } from '../ingestion/store.ts';
import { type JourneyDefinition } from '../journey/definition.ts';
import { type Predicate } from '../profile/predicate.ts';
import { type Profile } from '../profile/profile.ts';
import { type Change, type ProfileStore } from '../profile/store.ts';
import { type StageModel } from '../stage/model.ts';
import { nextStage } from '../stage/next-stage.ts';
import { transitionRow } from '../stage/store.ts';
import { stageModelOf } from '../stage/templates.ts';
import { type Clock, type Duration, type Instant } from '../time.ts';
import { review, type ReviewTerms } from './review.ts';

/** The silences a predicate looks for, however deep. */
function silencesIn(predicate: Predicate): Duration[] {
  if ('all' in predicate) return predicate.all.flatMap(silencesIn);
  if ('any' in predicate) return predicate.any.flatMap(silencesIn);
  if ('not' in predicate) return silencesIn(predicate.not);
  return 'silentFor' in predicate ? [predicate.silentFor] : [];
}

const silencesOf = (journeys: readonly JourneyDefinition[]): Duration[] =>
  journeys.flatMap(({ entry }) =>
    entry.triggers.flatMap((trigger) => ('silentFor' in trigger ? [trigger.silentFor] : [])),
  );

/** A review that also lets silence move the stage: no touchpoint will come to do it. */
function reviewWithStage(profile: Profile, terms: ReviewTerms, model: StageModel): Change {
  const reviewed = review(profile, terms);
  const { profile: staged, transition } = nextStage(model, { profile: reviewed.profile, now: terms.now });
  if (!transition) return reviewed;
  return {
    profile: staged,
    signals: [...reviewed.signals, { type: 'stage', transition }],
    also: [transitionRow(staged, transition)],
  };
}

export interface ReviewerDependencies {
  profiles: ProfileStore;
  workspaces: WorkspaceStore;
  /** Those whose `silentFor` triggers wait to be told. */
  journeys: readonly JourneyDefinition[];
  clock: Clock;
}

/** `not-due`: somebody else has looked, or the index was behind; nothing is written. */
export type Reviewed = 'reviewed' | 'not-due';

/** The two occasions on which a customer's risk is looked at. Each costs one read of the profile and, when due, one write. */
export interface Reviewer {
  /** After something happened at `since`: due unless the risk was assessed at or after that. The stage has just moved; it stays. */
  afterEvent(customer: Customer, since: Instant): Promise<Reviewed>;
  /** When the time of the next review has come. Silence may move the stage. */
  whenDue(customer: Customer): Promise<Reviewed>;
}

export function reviewer({ profiles, workspaces, journeys, clock }: ReviewerDependencies): Reviewer {
  const silences = silencesOf(journeys);

  async function modelOf(workspace: string): Promise<StageModel | undefined> {
    const settings = await workspaces.settings(workspace);
    return settings && stageModelOf(settings);
  }

  const termsOf = (now: Instant, model: StageModel | undefined): ReviewTerms => ({
    now,
    silences,
    looks: model ? model.stages.flatMap(({ entry }) => silencesIn(entry)) : [],
  });

  return {
    async afterEvent(customer, since) {
      const terms = termsOf(clock.now(), await modelOf(customer.workspace));
      const changed = await profiles.update(customer, (profile) => {
        if (profile.churn && profile.churn.assessedAt >= since) return undefined;
        return review(profile, terms);
      });
      return changed ? 'reviewed' : 'not-due';
    },

    async whenDue(customer) {
      const model = await modelOf(customer.workspace);
      const terms = termsOf(clock.now(), model);
      const changed = await profiles.update(customer, (profile) => {
        if (profile.nextReview === undefined || profile.nextReview > terms.now) return undefined;
        return model ? reviewWithStage(profile, terms, model) : review(profile, terms);
      });
      return changed ? 'reviewed' : 'not-due';
    },
  };
}
