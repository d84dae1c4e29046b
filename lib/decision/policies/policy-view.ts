import * as z from 'zod';
import { PolicyRecord } from './policy.ts';
import { OfferRate } from '../beliefs/offer-rates.ts';

/**
 * How a placement decides: the policy in force, the candidate, what the log says of both, and the
 * rates of offers.
 */
export const PolicyView = PolicyRecord.omit({ judgedThrough: true }).extend({
  placement: z.string(),
  rates: z.array(OfferRate),
});
export type PolicyView = z.infer<typeof PolicyView>;
