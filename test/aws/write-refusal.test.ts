import { expect, test } from 'vitest';
import { permanentRefusal } from '../../lib/aws/write-refusal.ts';
import { Unavailable } from '../../lib/errors.ts';

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
  expect(permanentRefusal(error)).toBe(refusal);
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
  expect(permanentRefusal(error)).toBeUndefined();
});
