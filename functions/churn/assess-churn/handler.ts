import * as z from 'zod';
import { type ReviewOutcome, type CustomerReviewer } from '../../../lib/projection/review-customer.ts';
import { events } from '../../../lib/model/bus-events.ts';

const StageEntered = z.object({ 'detail-type': z.literal('StageEntered'), detail: events.StageEntered });

/**
 * Assesses the risk of a customer who entered a stage. One event delivered twice is assessed once: the second finds a risk younger than
 * the event, and nothing that it does not know.
 */
export function assessRisk(reviewer: CustomerReviewer) {
  return (envelope: unknown): Promise<ReviewOutcome> => {
    const { workspace, customer, occurredAt } = StageEntered.parse(envelope).detail;
    return reviewer.afterEvent({ workspace, customer }, occurredAt);
  };
}
