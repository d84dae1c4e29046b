import { type ErrorKind, ThroughlineError } from '../../shared/errors.ts';
import { type Key } from '../../model/table-keys.ts';

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

/** As which of our errors each is thrown: none of these kinds is worth another try. */
const kinds = {
  'write.invalid': 'invalid',
  'write.item-too-large': 'tooLarge',
  'write.collection-full': 'tooLarge',
} as const satisfies Record<WriteRefusal, ErrorKind>;

/** Keys named in an error. A transaction that is refused as a whole does not say which of its hundred writes is at fault. */
const maxNamed = 5;

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
export function findPermanentRefusal(error: unknown): WriteRefusal | undefined {
  if (error instanceof ThroughlineError)
    return error.cause === undefined ? undefined : findPermanentRefusal(error.cause);
  if (typeof error !== 'object' || error === null) return undefined;
  const { name, message, CancellationReasons: reasons = [] }: ServiceError = error;
  const named = refusalNamed(name, message);
  if (named) return named;
  return reasons.map(({ Code, Message }) => refusalNamed(Code, Message)).find((refusal) => refusal !== undefined);
}

/** Keys of those writes of a transaction that were refused for good; all where DynamoDB names none. */
function keysAtFault(error: unknown, keys: readonly Key[]): Key[] {
  const { CancellationReasons: reasons = [] } = error as ServiceError; // an error that was refused for good has that shape
  const named = keys.filter((_, i) => refusalNamed(reasons[i]?.Code, reasons[i]?.Message) !== undefined);
  return (named.length > 0 ? named : keys).slice(0, maxNamed).map(({ pk, sk }) => ({ pk, sk }));
}

/**
 * What a failed write of `keys` is thrown as. A write that DynamoDB will never take becomes an error of ours, `Invalid` or `TooLarge`
 * under the code of its refusal, which names the keys; every other error stays as it is.
 */
export function asRefusal(error: unknown, keys: readonly Key[]): unknown {
  const refusal = findPermanentRefusal(error);
  if (!refusal || error instanceof ThroughlineError) return error;
  return new ThroughlineError(kinds[refusal], refusal, { keys: keysAtFault(error, keys), cause: error });
}
