import * as z from 'zod';
import { mapConcurrent } from '#lib/shared/concurrency.ts';
import { metricLine, writeLine } from '#lib/aws/metrics.ts';
import { type Table } from '#lib/aws/table/dynamo-table.ts';
import { type CustomerReviewer } from '#lib/projection/review/review-customer.ts';
import {
  type CustomerPage,
  CustomerPageToken,
  firstCustomerPage,
  readCustomerPage,
} from '#lib/churn/training/all-customers.ts';
import { type Customer } from '#lib/model/customer.ts';
import { partition } from '#lib/model/keys/table-keys.ts';
import { type Clock, minuteMs } from '#lib/shared/time.ts';

interface Dependencies {
  table: Table;
  reviewer: Pick<CustomerReviewer, 'afterTraining'>;
  clock: Clock;
}

const RescoreInput = z.object({
  workspace: z.string(),
  run: z.string(),
  list: z.int(),
  place: CustomerPageToken.optional(),
});

/** Time that must be left before a page is read, ms. */
const spareMs = minuteMs;
const concurrency = 16;

type RescoreCounts = Record<'reviewed' | 'not-due' | 'failed', number>;

/** Scores one customer and counts the outcome. A failure is logged and does not stop the others. */
async function rescore(reviewer: Dependencies['reviewer'], customer: Customer, counts: RescoreCounts): Promise<void> {
  try {
    counts[await reviewer.afterTraining(customer)]++;
  } catch (error) {
    counts.failed++;
    console.error('not rescored', partition(customer), error);
  }
}

/** Scores page after page until time is up. Returns the position to continue at, if any. */
async function rescorePages(
  { table, reviewer }: Dependencies,
  input: z.infer<typeof RescoreInput>,
  { counts, timeLeft }: { counts: RescoreCounts; timeLeft: () => number },
): Promise<CustomerPageToken | undefined> {
  let place: CustomerPageToken | undefined = input.place ?? firstCustomerPage;
  while (place && timeLeft() > spareMs) {
    const page: CustomerPage = await readCustomerPage(table, input, place);
    await mapConcurrent(page.customers, concurrency, (customer) => rescore(reviewer, customer, counts));
    place = page.next;
  }
  return place;
}

/**
 * Scores the customers of one list with the new model within the time of one call. Returns the
 * position to continue at, or no position at the end. Costs one read a customer, and one write
 * where the risk changes. Idempotent: a retry finds the customers scored.
 */
export function rescoreCustomers(dependencies: Dependencies) {
  return async (event: unknown, context: { getRemainingTimeInMillis(): number }) => {
    const input = RescoreInput.parse(event);
    const counts: RescoreCounts = { reviewed: 0, 'not-due': 0, failed: 0 };
    const timeLeft = () => context.getRemainingTimeInMillis();
    const place = await rescorePages(dependencies, input, { counts, timeLeft });
    writeLine(metricLine('rescore', counts, { now: Date.parse(dependencies.clock.now()) }));
    const { workspace, run, list } = input;
    return { workspace, run, list, ...(place && { place }) };
  };
}
