import { type ErrorKind, ThroughlineError } from '../../shared/errors.ts';
import { type Key } from '../../model/keys/table-keys.ts';

/** Why DynamoDB will never accept a write, however often it is retried. */
export type WriteRefusal = 'write.invalid' | 'write.item-too-large' | 'write.collection-full';

/** Fields of the SDK's errors. A transaction has one reason for each write, in order. */
interface ServiceError {
  name?: string;
  message?: string;
  CancellationReasons?: { Code?: string; Message?: string }[];
}

/** Error names, and codes of a transaction's reasons, that depend on the write alone. */
const refusals: Readonly<Record<string, WriteRefusal>> = {
  ValidationException: 'write.invalid',
  ValidationError: 'write.invalid',
  SerializationException: 'write.invalid',
  ItemCollectionSizeLimitExceededException: 'write.collection-full',
  ItemCollectionSizeLimitExceeded: 'write.collection-full',
};

/** The kind of error for each refusal. None of them is retried. */
const kinds = {
  'write.invalid': 'invalid',
  'write.item-too-large': 'tooLarge',
  'write.collection-full': 'tooLarge',
} as const satisfies Record<WriteRefusal, ErrorKind>;

/**
 * Limit of keys named in an error. A transaction refused as a whole does not say which of its
 * hundred writes is at fault.
 */
const maxNamed = 5;

const isTooLarge = (message = ''): boolean => /item size/i.test(message) && /exceed/i.test(message);

function refusalNamed(name: string | undefined, message: string | undefined): WriteRefusal | undefined {
  const refusal = name === undefined ? undefined : refusals[name];
  return refusal === 'write.invalid' && isTooLarge(message) ? 'write.item-too-large' : refusal;
}

/**
 * Returns why DynamoDB will never accept the write, or undefined if a retry may succeed (throttle,
 * conflict, failed condition, timeout, no connection, missing permission). Reads the cause of an
 * error of the family. Codes: DynamoDB API reference, TransactWriteItems and BatchWriteItem.
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

/** Returns the keys of a transaction's refused writes, or all if DynamoDB names none. */
function keysAtFault(error: unknown, keys: readonly Key[]): Key[] {
  const { CancellationReasons: reasons = [] } = error as ServiceError; // an error that was refused for good has that shape
  const named = keys.filter((_, i) => refusalNamed(reasons[i]?.Code, reasons[i]?.Message) !== undefined);
  return (named.length > 0 ? named : keys).slice(0, maxNamed).map(({ pk, sk }) => ({ pk, sk }));
}

/**
 * Maps the error of a write. A permanent refusal becomes `Invalid` or `TooLarge` with its code and
 * keys. Other errors are returned unchanged.
 */
export function asRefusal(error: unknown, keys: readonly Key[]): unknown {
  const refusal = findPermanentRefusal(error);
  if (!refusal || error instanceof ThroughlineError) return error;
  return new ThroughlineError(kinds[refusal], refusal, { keys: keysAtFault(error, keys), cause: error });
}
