import { type Bill, priceBill } from '../../shared/prices.ts';
import { type Step } from '../definition/step.ts';

/** One call of a step's function: 30 ms at 512 MB, as the benchmark bills it. */
const call: Bill = { lambdaRequest: 1, lambdaGigabyteSecondArm: 0.015, xrayTrace: 0.05, logGigabyte: 1e-6 };

/**
 * What one visit of a step uses, without state transitions and messages. DynamoDB's units are those
 * of the handlers: a write in a transaction counts twice, a consistent read of up to 4 KB is one.
 */
const visits: Record<Step['kind'], Bill> = {
  // Reads profile and journey record. Writes ledger and the check of the enrolment in one
  // transaction, ledger and timeline in another.
  send: { ...call, dynamoReadUnit: 1.5, dynamoWriteUnit: 8 },
  wait: {},
  // Profile and the token's row in one transaction. Reads the touchpoints since.
  waitForEvent: { ...call, dynamoReadUnit: 2, dynamoWriteUnit: 4 },
  branch: { ...call, dynamoReadUnit: 1.5 },
  randomSplit: {},
  experiment: { ...call, dynamoReadUnit: 2.5, dynamoWriteUnit: 1, busEvent: 1 },
  // Reads profile and earlier decisions. Writes decision, its name and the profile in one
  // transaction.
  decide: { ...call, dynamoReadUnit: 4, dynamoWriteUnit: 6, busEvent: 1 },
  updateProfile: { ...call, dynamoReadUnit: 2.5, dynamoWriteUnit: 1 },
  emitEvent: { ...call, dynamoReadUnit: 1.5, busEvent: 1 },
  webhook: { ...call, dynamoReadUnit: 1.5 },
  humanTask: { ...call, dynamoReadUnit: 1, dynamoWriteUnit: 4, busEvent: 1 },
  startJourney: { ...call, dynamoReadUnit: 1.5, busEvent: 1 },
  goTo: {},
  exit: {},
};

/** Messages by channel. A price that depends on the country is missing. */
const messages: Partial<Record<string, Bill>> = { email: { email: 1 }, push: { push: 1 } };

/**
 * Entry and end of an enrolment: the entry request, the read of the entry state, three rows in one
 * transaction, two events, and the transaction of the end.
 */
const enrolment: Bill = {
  lambdaRequest: 4,
  lambdaGigabyteSecondArm: 0.06,
  dynamoReadUnit: 8,
  dynamoWriteUnit: 14,
  busEvent: 3,
  xrayTrace: 0.2,
  logGigabyte: 4e-6,
};

/** The timer of a suspended wait, and the start of the next execution. */
const continuation: Bill = {
  schedule: 1,
  lambdaRequest: 2,
  lambdaGigabyteSecondArm: 0.03,
  dynamoReadUnit: 1,
  dynamoWriteUnit: 1,
};

/** Returns the US dollars of a step's visit, without transitions and messages. */
export const visitUsd = (kind: Step['kind']): number => priceBill(visits[kind]);

/** Returns the US dollars of one message on a channel. 0 if the price depends on the country. */
export const messageUsd = (channel: string): number => priceBill(messages[channel] ?? {});

/** US dollars of an entry and its end, without the steps between. */
export const enrolmentUsd = priceBill(enrolment);

/** US dollars of a suspension and its continuation. */
export const continuationUsd = priceBill(continuation);

/** US dollars of one state transition. */
export const transitionUsd = priceBill({ stateTransition: 1 });
