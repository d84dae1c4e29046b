import * as z from 'zod';
import { type ReviewOutcome, type CustomerReviewer } from '#lib/projection/review/review-customer.ts';
import { events } from '#lib/model/bus-events.ts';

const StageEntered = z.object({ 'detail-type': z.literal('StageEntered'), detail: events.StageEntered });

/**
 * Scores the churn risk of a customer who entered a stage. Idempotent: a second delivery finds a
 * risk that is younger than the event and changes nothing.
 */
export function assessRisk(reviewer: CustomerReviewer) {
  return (envelope: unknown): Promise<ReviewOutcome> => {
    const { workspace, customer, occurredAt } = StageEntered.parse(envelope).detail;
    return reviewer.afterEvent({ workspace, customer }, occurredAt);
  };
}
