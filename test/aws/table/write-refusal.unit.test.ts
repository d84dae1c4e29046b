import { expect, test } from 'vitest';
import { toProblem } from '#lib/aws/http/problem.ts';
import { asRefusal, findPermanentRefusal } from '#lib/aws/table/write-refusal.ts';
import { permanentErrors, type ThroughlineError, Unavailable } from '#lib/shared/errors.ts';

const errorNamed = (name: string, message = 'no', more: object = {}): Error =>
  Object.assign(new Error(message), { name, ...more });

const cancelled = (...codes: string[]): Error =>
  errorNamed('TransactionCanceledException', 'Transaction cancelled', {
    CancellationReasons: codes.map((Code) => ({ Code, Message: Code })),
  });

test.each([
  ['write.invalid', errorNamed('ValidationException', 'Aggregated size of all range keys has exceeded the size limit')],
  ['write.item-too-large', errorNamed('ValidationException', 'Item size has exceeded the maximum allowed size')],
  [
    'write.item-too-large',
    errorNamed('ValidationException', 'Item size to update has exceeded the maximum allowed size'),
  ],
  ['write.collection-full', errorNamed('ItemCollectionSizeLimitExceededException')],
  ['write.collection-full', cancelled('None', 'ItemCollectionSizeLimitExceeded')],
  ['write.invalid', cancelled('ValidationError', 'None')],
  ['write.invalid', new Unavailable('store.unavailable', { cause: errorNamed('ValidationException') })],
])('a write that can never succeed is told by its kind: %s', (refusal, error) => {
  expect(findPermanentRefusal(error)).toBe(refusal);
});

test.each([
  errorNamed('ProvisionedThroughputExceededException'),
  errorNamed('ThrottlingException'),
  errorNamed('ConditionalCheckFailedException'),
  errorNamed('InternalServerError'),
  errorNamed('TimeoutError'),
  errorNamed('AccessDeniedException'),
  cancelled('TransactionConflict', 'None'),
  cancelled('ThrottlingError'),
  new Unavailable('profile.contended'),
  new TypeError('a fault of our own code is not DynamoDB’s refusal'),
  'text',
  undefined,
])('what may succeed later is no refusal: %s', (error) => {
  expect(findPermanentRefusal(error)).toBeUndefined();
});

const keysOf = (...sks: string[]) => sks.map((sk) => ({ pk: 'local#u:ada', sk }));

test.each([
  ['write.invalid', 422, errorNamed('ValidationException')],
  ['write.item-too-large', 413, errorNamed('ValidationException', 'Item size has exceeded the maximum allowed size')],
  ['write.collection-full', 413, errorNamed('ItemCollectionSizeLimitExceededException')],
])('a write refused for good is %s with its keys, and %i to a caller', (code, status, cause) => {
  const error = asRefusal(cause, keysOf('profile'));
  expect(error).toMatchObject({ code, facts: { keys: keysOf('profile') }, cause });
  expect(permanentErrors).toContain((error as ThroughlineError).name);
  expect(findPermanentRefusal(error)).toBe(code);
  const { statusCode, body, headers } = toProblem(error, 'r-1');
  expect(statusCode).toBe(status);
  expect(headers).not.toHaveProperty('retry-after');
  expect(JSON.parse(body ?? '')).toMatchObject({ code, keys: keysOf('profile') });
});

test('of a transaction the writes at fault are named; all, to a bound, where DynamoDB names none', () => {
  const named = asRefusal(cancelled('None', 'ItemCollectionSizeLimitExceeded'), keysOf('a', 'b'));
  expect(named).toMatchObject({ facts: { keys: keysOf('b') } });
  const whole = asRefusal(errorNamed('ValidationException'), keysOf('a', 'b', 'c', 'd', 'e', 'f'));
  expect(whole).toMatchObject({ facts: { keys: keysOf('a', 'b', 'c', 'd', 'e') } });
});

test('any other failure of a write is thrown as it came', () => {
  const throttled = errorNamed('ThrottlingException');
  expect(asRefusal(throttled, keysOf('a'))).toBe(throttled);
});
