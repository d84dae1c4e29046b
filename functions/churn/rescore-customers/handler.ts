import * as z from 'zod';
import { mapConcurrent } from '../../../lib/shared/concurrency.ts';
import { metricLine, writeLine } from '../../../lib/aws/metrics.ts';
import { type Table } from '../../../lib/aws/table/dynamo-table.ts';
import { type CustomerReviewer } from '../../../lib/projection/review/review-customer.ts';
import { firstCustomerPage, readCustomerPage, CustomerPageToken } from '../../../lib/churn/training/all-customers.ts';
import { partition } from '../../../lib/model/keys/table-keys.ts';
import { type Clock, minuteMs } from '../../../lib/shared/time.ts';

interface Dependencies {
  table: Table;
  reviewer: Pick<CustomerReviewer, 'afterTraining'>;
  clock: Clock;
}

const Rescoring = z.object({
  workspace: z.string(),
  run: z.string(),
  list: z.int(),
  place: CustomerPageToken.optional(),
});

/** Time that must be left before a page is read, ms. */
const spareMs = minuteMs;
const lanes = 16;

/**
 * Scores the customers of one list with the new model within the time of one call. Returns the
 * position to continue at, or no position at the end. Costs one read a customer, and one write
 * where the risk changes. Idempotent: a retry finds the customers scored.
 */
export function rescoreCustomers({ table, reviewer, clock }: Dependencies) {
  return async (event: unknown, context: { getRemainingTimeInMillis(): number }) => {
    const { place: begun = firstCustomerPage, ...rescoring } = Rescoring.parse(event);
    const counts = { reviewed: 0, 'not-due': 0, failed: 0 };
    let place: CustomerPageToken | undefined = begun;
    while (place && context.getRemainingTimeInMillis() > spareMs) {
      const page: Awaited<ReturnType<typeof readCustomerPage>> = await readCustomerPage(table, rescoring, place);
      await mapConcurrent(page.customers, lanes, async (customer) => {
        try {
          counts[await reviewer.afterTraining(customer)]++;
        } catch (error) {
          counts.failed++;
          console.error('not rescored', partition(customer), error);
        }
      });
      place = page.next;
    }
    writeLine(metricLine('rescore', counts, { now: Date.parse(clock.now()) }));
    return { ...rescoring, ...(place && { place }) };
  };
}
