import { type AttributeValue } from '@aws-sdk/client-dynamodb';
import { fullJitterMs, pause } from '../../shared/retry.ts';

type Attributes = Record<string, AttributeValue>;

/** A failed condition. A transaction has one reason for each write, in order. */
export interface ConditionFailure {
  name: string;
  Item?: Attributes;
  CancellationReasons?: { Code?: string; Item?: Attributes }[];
}

/** Full jitter: up to 20 ms, doubled with each attempt. */
export const waitWithJitter = (tries: number): Promise<void> => pause(fullJitterMs({ baseMs: 20 }, tries));

/** Error names for a lack of capacity, of the table or the account. */
const throttles = new Set(['ProvisionedThroughputExceededException', 'ThrottlingException', 'RequestLimitExceeded']);

/**
 * Codes of a conflict with another transaction, or of a lack of capacity in a cancelled one, which
 * the SDK does not retry. Nothing was written, so a retry is safe.
 */
const conflicts = new Set([
  'TransactionConflictException',
  'TransactionConflict',
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
]);

/**
 * Prefix of a failed condition. A single write's error continues with `Exception`, a transaction's
 * code does not.
 */
const failed = 'ConditionalCheckFailed';

/** Returns undefined if DynamoDB refused the whole request for lack of capacity. */
export async function sendUnlessThrottled<T>(send: () => Promise<T>): Promise<T | undefined> {
  try {
    return await send();
  } catch (error) {
    if (error instanceof Error && throttles.has(error.name)) return undefined;
    throw error;
  }
}

/**
 * Sends a write. Returns the error if a condition failed. Retries a conflict with another
 * transaction up to six times.
 */
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

/** Sends a write. Returns its result, or undefined if the condition failed. */
export async function sendUnlessConditionFails<T>(send: () => Promise<T>): Promise<T | undefined> {
  let sent: T | undefined;
  const refused = await conditionFailureOf(async () => (sent = await send()));
  return refused ? undefined : sent;
}
