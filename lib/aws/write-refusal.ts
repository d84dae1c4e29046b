import { ThroughlineError } from '../errors.ts';

/** Why DynamoDB will never take a write, however often it is sent. */
export type WriteRefusal = 'write.invalid' | 'write.item-too-large' | 'write.collection-full';

/** What the SDK's errors carry. A transaction names the reason of each of its writes, in their order. */
interface ServiceError {
  name?: string;
  message?: string;
  CancellationReasons?: { Code?: string; Message?: string }[];
}

/** Names of the errors, and codes of a transaction's reasons, that depend on the write alone. */
const refusals: Readonly<Record<string, WriteRefusal>> = {
  ValidationException: 'write.invalid',
  ValidationError: 'write.invalid',
  SerializationException: 'write.invalid',
  ItemCollectionSizeLimitExceededException: 'write.collection-full',
  ItemCollectionSizeLimitExceeded: 'write.collection-full',
};

const isTooLarge = (message = ''): boolean => /item size/i.test(message) && /exceed/i.test(message);

function refusalNamed(name: string | undefined, message: string | undefined): WriteRefusal | undefined {
  const refusal = name === undefined ? undefined : refusals[name];
  return refusal === 'write.invalid' && isTooLarge(message) ? 'write.item-too-large' : refusal;
}

/**
 * Tells poison from an outage by the kind of error: the reason why DynamoDB will never take the write, or undefined when the same
 * write may succeed later (throttle, conflict, failed condition, time-out, no connection, missing rights). The cause of an error of
 * ours is looked at too. Codes: DynamoDB API reference, TransactWriteItems and BatchWriteItem.
 */
export function permanentRefusal(error: unknown): WriteRefusal | undefined {
  if (error instanceof ThroughlineError) return error.cause === undefined ? undefined : permanentRefusal(error.cause);
  if (typeof error !== 'object' || error === null) return undefined;
  const { name, message, CancellationReasons: reasons = [] }: ServiceError = error;
  const named = refusalNamed(name, message);
  if (named) return named;
  return reasons.map(({ Code, Message }) => refusalNamed(Code, Message)).find((refusal) => refusal !== undefined);
}
