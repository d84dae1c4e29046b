import * as z from 'zod';
import { Instant } from '../../shared/time.ts';
import { endlessTemperature, temperatureAt } from './propensities.ts';

/**
 * How a placement's offers are ranked. `version` counts policies, and every decision names its
 * policy's version.
 */
export const Policy = z.object({
  version: z.int().min(1),
  /** By success rates of the customer's stage, or by a linear model of the customer's context. */
  kind: z.enum(['thompson', 'linear']),
  sharpening: z.object({ from: z.number().positive(), to: z.number().positive() }),
  /**
   * Id of the feature list that a linear policy was found by (`contextId`). It is not used under
   * another list.
   */
  context: z.string().optional(),
});
export type Policy = z.infer<typeof Policy>;

/** What decides until a job has found something better. */
export const firstPolicy: Policy = { version: 1, kind: 'thompson', sharpening: endlessTemperature };

/** A plan that is being carried out, and how often offers had been shown before it began. */
export const PolicySchedule = z.object({ decisions: z.int(), shownBefore: z.int() });
export type PolicySchedule = z.infer<typeof PolicySchedule>;

/** What share of the plan is done when so many have been shown in all: 1 without a plan. */
export function policyProgress(course: PolicySchedule | undefined, shown: number): number {
  return course ? Math.min(1, Math.max(0, (shown - course.shownBefore) / course.decisions)) : 1;
}

/** The power that chances are raised to now. */
export const powerOf = ({ sharpening }: Policy, progress: number): number => temperatureAt(sharpening, progress);

const Estimate = z.object({ value: z.number(), error: z.number(), low: z.number(), high: z.number() });

/**
 * A policy's mean success per showing, by three estimators, and the quality of the log's weights.
 */
export const PolicyWorth = z.object({
  ipw: Estimate,
  snipw: Estimate,
  doublyRobust: Estimate,
  weights: z.object({ mean: z.number(), effective: z.number(), alarm: z.boolean() }),
});
export type PolicyWorth = z.infer<typeof PolicyWorth>;

/** How the log of decisions compares the policy in force with a candidate. */
export const PolicyJudgement = z.object({
  at: Instant,
  /** Showings that were judged by: seen, and past the time their success could come in. */
  showings: z.int(),
  current: PolicyWorth,
  candidate: PolicyWorth.optional(),
  /** By how much the candidate is better, with its interval. */
  gain: Estimate.optional(),
  replaced: z.boolean(),
});
export type PolicyJudgement = z.infer<typeof PolicyJudgement>;

/**
 * The stored policies of a placement. `judgedThrough` is the number of showings at the last review.
 */
export const PolicyRecord = z.object({
  current: Policy,
  candidate: Policy.optional(),
  course: PolicySchedule.optional(),
  judgement: PolicyJudgement.optional(),
  judgedThrough: z.int(),
});
export type PolicyRecord = z.infer<typeof PolicyRecord>;

export const firstRecord: PolicyRecord = { current: firstPolicy, judgedThrough: 0 };
