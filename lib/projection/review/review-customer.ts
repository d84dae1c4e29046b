import { type Customer } from '../../model/customer.ts';
import { type Profile } from '../../model/profile.ts';
import { type ProfileStore, type ProfileWrite } from '../../profile/profile-store.ts';
import { type Instant } from '../../shared/time.ts';
import { isBackfilledEvent, reviewAfterEvent, reviewAfterTraining, reviewWhenDue } from './review-decision.ts';
import { readReviewRules, type ReviewRules, type ReviewRuleSources } from './review-rules.ts';

/** What reviews read and write. */
export interface ReviewerDependencies extends ReviewRuleSources {
  profiles: ProfileStore;
}

/** `not-due`: another review was faster, or the index was behind. Nothing is written. */
export type ReviewOutcome = 'reviewed' | 'not-due';

/** The occasions of a review. Each costs one read of the profile and, if due, one write. */
export interface CustomerReviewer {
  /**
   * After an event at `since`, at most an hour old. Not due if the risk was assessed at or after
   * `since` and assessing again would return the same. So an event folded late is due, and a
   * duplicate assesses once. The stage is kept, because the event has just moved it.
   */
  afterEvent(customer: Customer, since: Instant): Promise<ReviewOutcome>;
  /** When the next review is due. Silence may move the stage. */
  whenDue(customer: Customer): Promise<ReviewOutcome>;
  /**
   * After a training. Due if the new model changes the score by a point or more, the band changes,
   * or the next review is sooner.
   */
  afterTraining(customer: Customer): Promise<ReviewOutcome>;
}

type Review = (profile: Profile, rules: ReviewRules) => ProfileWrite | undefined;

async function reviewCustomer(
  dependencies: ReviewerDependencies,
  customer: Customer,
  review: Review,
): Promise<ReviewOutcome> {
  const rules = await readReviewRules(dependencies, customer.workspace);
  const written = await dependencies.profiles.update(customer, (profile) => review(profile, rules));
  return written ? 'reviewed' : 'not-due';
}

async function reviewEvent(
  dependencies: ReviewerDependencies,
  customer: Customer,
  since: Instant,
): Promise<ReviewOutcome> {
  if (isBackfilledEvent(since, dependencies.clock.now())) return 'not-due';
  return reviewCustomer(dependencies, customer, (profile, rules) => reviewAfterEvent(profile, rules, since));
}

/**
 * Returns a reviewer that reads a workspace's rules at each review. Retries a conflicting write.
 */
export function createCustomerReviewer(dependencies: ReviewerDependencies): CustomerReviewer {
  return {
    afterEvent: (customer, since) => reviewEvent(dependencies, customer, since),
    whenDue: (customer) => reviewCustomer(dependencies, customer, reviewWhenDue),
    afterTraining: (customer) => reviewCustomer(dependencies, customer, reviewAfterTraining),
  };
}
