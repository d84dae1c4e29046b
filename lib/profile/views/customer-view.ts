import * as z from 'zod';
import { ChurnRiskWithText } from '../../model/churn-risk.ts';
import { customerId } from '../../model/customer.ts';
import { JsonObject } from '../../shared/json.ts';
import { Instant } from '../../shared/time.ts';
import { Trimmed } from '../../shared/trim.ts';
import { SurveyAnswersSchema, type Profile, EventTally } from '../../model/profile.ts';

/** An enrolment in the view of a customer. */
export const EnrolmentView = z.looseObject({
  enrolmentId: z.string(),
  journeyId: z.string(),
  version: z.int(),
  status: z.string(),
  startedAt: Instant,
});
export type EnrolmentView = z.infer<typeof EnrolmentView>;

/**
 * A customer in API answers. `stage` is missing until a stage rule matched, `churn` until the first
 * assessment. `trimmed` names lists cut to fit the answer; of enrolments the newest are kept.
 */
export const CustomerView = z.object({
  customerId: z.string(),
  anonymous: z.boolean(),
  stage: z.string().optional(),
  stageSince: Instant.optional(),
  traits: JsonObject,
  churn: ChurnRiskWithText.optional(),
  enrolments: z.array(EnrolmentView),
  firstSeen: Instant,
  lastSeen: Instant,
  touchpoints: z.record(z.string(), EventTally),
  channels: z.record(z.string(), Instant),
  purchases: z.object({
    count: z.int(),
    revenue: z.number(),
    first: Instant.optional(),
    last: Instant.optional(),
  }),
  answers: SurveyAnswersSchema,
  consent: z.record(z.string(), z.object({ value: z.boolean(), at: Instant })),
  linked: z.array(z.string()),
  trimmed: z.array(Trimmed).optional(),
});
export type CustomerView = z.infer<typeof CustomerView>;

/** A customer in a list. */
export const CustomerSummary = CustomerView.pick({
  customerId: true,
  stage: true,
  stageSince: true,
  lastSeen: true,
}).extend({
  churn: ChurnRiskWithText.pick({ score: true, band: true }).optional(),
});
export type CustomerSummary = z.infer<typeof CustomerSummary>;

/** Returns the list view of a profile. */
export function customerSummary({ customer, stage, lastSeen, churn }: Profile): CustomerSummary {
  return {
    customerId: customerId(customer),
    ...(stage && { stage: stage.id, stageSince: stage.since }),
    lastSeen,
    ...(churn && { churn: { score: churn.score, band: churn.band } }),
  };
}
