import { type Bill, priceBill } from '../../shared/prices.ts';
import { type Step } from '../definition/step.ts';

/** Gigabyte-seconds of one call of a step's function: 30 ms at 512 MB, as the benchmark bills them. */
const call: Bill = { lambdaRequest: 1, lambdaGigabyteSecondArm: 0.015, xrayTrace: 0.05, logGigabyte: 1e-6 };

/**
 * What one visit of a step uses beside state transitions. DynamoDB's units as the handlers use them: a transaction's write counts twice, a
 * consistent read of up to 4 KB is one. Messages are an e-mail's or a push's price; carriers bill text messages by country.
 */
const visits: Record<Step['kind'], Bill> = {
  // Profile and head; ledger and proof of being inside in one transaction, ledger and timeline in another.
  send: { ...call, dynamoReadUnit: 1.5, dynamoWriteUnit: 8 },
  wait: {},
  // Profile with the token's row in one transaction; the touchpoints since.
  waitForEvent: { ...call, dynamoReadUnit: 2, dynamoWriteUnit: 4 },
  branch: { ...call, dynamoReadUnit: 1.5 },
  randomSplit: {},
  experiment: { ...call, dynamoReadUnit: 2.5, dynamoWriteUnit: 1, busEvent: 1 },
  // Profile, earlier decisions; decision, its name and the profile in one transaction.
  decide: { ...call, dynamoReadUnit: 4, dynamoWriteUnit: 6, busEvent: 1 },
  updateProfile: { ...call, dynamoReadUnit: 2.5, dynamoWriteUnit: 1 },
  emitEvent: { ...call, dynamoReadUnit: 1.5, busEvent: 1 },
  webhook: { ...call, dynamoReadUnit: 1.5 },
  humanTask: { ...call, dynamoReadUnit: 1, dynamoWriteUnit: 4, busEvent: 1 },
  startJourney: { ...call, dynamoReadUnit: 1.5, busEvent: 1 },
  goTo: {},
  exit: {},
};

/** What a message costs where its price does not depend on the country. */
const messages: Partial<Record<string, Bill>> = { email: { email: 1 }, push: { push: 1 } };

/** Entry and end: the knock, the door, three rows in one transaction, two events, the end's transaction. */
const stay: Bill = {
  lambdaRequest: 4,
  lambdaGigabyteSecondArm: 0.06,
  dynamoReadUnit: 8,
  dynamoWriteUnit: 14,
  busEvent: 3,
  xrayTrace: 0.2,
  logGigabyte: 4e-6,
};

/** A timer of a parked wait, and the start of the next leg. */
const nextLeg: Bill = {
  schedule: 1,
  lambdaRequest: 2,
  lambdaGigabyteSecondArm: 0.03,
  dynamoReadUnit: 1,
  dynamoWriteUnit: 1,
};

/** US dollars of a step's visit, its transitions aside. */
export const visitUsd = (kind: Step['kind']): number => priceBill(visits[kind]);

/** US dollars of one message that went out on a channel; 0 where the country decides. */
export const messageUsd = (channel: string): number => priceBill(messages[channel] ?? {});

/** US dollars of an entry and its end, whatever lies between. */
export const enrolmentUsd = priceBill(stay);

export const continuationUsd = priceBill(nextLeg);

export const transitionUsd = priceBill({ stateTransition: 1 });
