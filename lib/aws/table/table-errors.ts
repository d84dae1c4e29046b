import { type AttributeValue } from '@aws-sdk/client-dynamodb';

type Attributes = Record<string, AttributeValue>;

/** What a refusal of DynamoDB says of the condition that failed: of a transaction's writes each for itself, in their order. */
export interface ConditionFailure {
  name: string;
  Item?: Attributes;
  CancellationReasons?: { Code?: string; Item?: Attributes }[];
}

/** Full jitter: any time up to 20 ms doubled with each try. */
export const waitWithJitter = (tries: number): Promise<void> =>
  new Promise((resume) => setTimeout(resume, Math.random() * 20 * 2 ** tries));

/** Names DynamoDB gives to a lack of capacity, its own or the account's. */
const throttles = new Set(['ProvisionedThroughputExceededException', 'ThrottlingException', 'RequestLimitExceeded']);

/**
 * Another transaction holds one of the items, or a cancelled one met a lack of capacity, which the SDK does not look at. Nothing was written,
 * and trying again is all there is to do.
 */
const conflicts = new Set([
  'TransactionConflictException',
  'TransactionConflict',
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
]);

/** How a condition's failure begins: an item's own goes on with `Exception`, one in a transaction does not. */
const failed = 'ConditionalCheckFailed';

/** Undefined when DynamoDB took nothing of it, for lack of capacity. */
export async function sendUnlessThrottled<T>(send: () => Promise<T>): Promise<T | undefined> {
  try {
    return await send();
  } catch (error) {
    if (error instanceof Error && throttles.has(error.name)) return undefined;
    throw error;
  }
}

/** Sends; what it answers is the error when a condition failed. A conflict with another transaction is tried again, up to six times. */
export async function conditionFailureOf(send: () => Promise<unknown>): Promise<ConditionFailure | undefined> {
  for (let tries = 0; ; tries++) {
    try {
      await send();
      return undefined;
    } catch (error) {
      const refused = error as ConditionFailure; // the SDK throws errors with a name; the rest is looked for
      const codes = [refused.name, ...(refused.CancellationReasons ?? []).map(({ Code = '' }) => Code)];
      if (codes.some((code) => code.startsWith(failed))) return refused;
      if (tries >= 6 || !codes.some((code) => conflicts.has(code))) throw error;
      await waitWithJitter(tries);
    }
  }
}

/** What was sent; undefined when its condition failed. */
export async function sendUnlessConditionFails<T>(send: () => Promise<T>): Promise<T | undefined> {
  let sent: T | undefined;
  const refused = await conditionFailureOf(async () => (sent = await send()));
  return refused ? undefined : sent;
}
