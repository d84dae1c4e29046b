import {
  ConditionalCheckFailedException,
  TransactionCanceledException,
  TransactionConflictException,
} from '@aws-sdk/client-dynamodb';

/** Full jitter: any time up to 20 ms doubled with each try. */
export const jitter = (tries: number): Promise<void> =>
  new Promise((resume) => setTimeout(resume, Math.random() * 20 * 2 ** tries));

/** Names DynamoDB gives to a lack of capacity, its own or the account's. */
const throttles = new Set(['ProvisionedThroughputExceededException', 'ThrottlingException', 'RequestLimitExceeded']);

/** Reasons of a cancelled transaction that may be gone a moment later. The SDK does not look at them. */
const retriedCodes = new Set(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']);

/** Another transaction holds one of the items, or there is too much to do. Nothing was written, and trying again is all there is to do. */
function conflicts(error: unknown): boolean {
  if (error instanceof TransactionConflictException) return true;
  if (!(error instanceof TransactionCanceledException)) return false;
  const codes = codesOf(error);
  return !codes.includes(refusedCode) && codes.some((code) => retriedCodes.has(code ?? ''));
}

/** A condition failed. */
export type Refused = ConditionalCheckFailedException | TransactionCanceledException;

const refusedCode = 'ConditionalCheckFailed';

const codesOf = ({ CancellationReasons = [] }: TransactionCanceledException): (string | undefined)[] =>
  CancellationReasons.map(({ Code }) => Code);

function isRefused(error: unknown): error is Refused {
  if (error instanceof ConditionalCheckFailedException) return true;
  return error instanceof TransactionCanceledException && codesOf(error).includes(refusedCode);
}

/** Undefined when DynamoDB took nothing of it, for lack of capacity. */
export async function unlessThrottled<T>(send: () => Promise<T>): Promise<T | undefined> {
  try {
    return await send();
  } catch (error) {
    if (error instanceof Error && throttles.has(error.name)) return undefined;
    throw error;
  }
}

/** Sends; what it answers is the error when a condition failed. A conflict with another transaction is tried again, up to six times. */
export async function refusal(send: () => Promise<unknown>): Promise<Refused | undefined> {
  for (let tries = 0; ; tries++) {
    try {
      await send();
      return undefined;
    } catch (error) {
      if (isRefused(error)) return error;
      if (!conflicts(error) || tries >= 6) throw error;
      await jitter(tries);
    }
  }
}

/** What was sent; undefined when its condition failed. */
export async function unlessConditionFails<T>(send: () => Promise<T>): Promise<T | undefined> {
  let sent: T | undefined;
  const refused = await refusal(async () => (sent = await send()));
  return refused ? undefined : sent;
}
