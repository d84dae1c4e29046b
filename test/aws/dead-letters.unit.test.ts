import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, test } from 'vitest';
import project from '../../events/letters/project.json' with { type: 'json' };
import range from '../../events/letters/range.json' with { type: 'json' };
import relay from '../../events/letters/relay.json' with { type: 'json' };
import { StreamRange } from '../../infra/tools/dead-letters/stream-range.ts';
import { DeadLetter, deadLetterQueue, letterId, readLetter, writeLetter } from '../../lib/aws/dead-letters.ts';
import { faultOf } from '../../lib/aws/table/write-faults.ts';
import { Rejected, Unavailable } from '../../lib/shared/errors.ts';
import { RelayWork } from '../../lib/relay/execute-command.ts';

const at = '2026-12-01T07:51:33.444Z';
const draft = { function: 'relay', key: { pk: 'a', sk: 'b' }, sequenceNumber: '7', reason: 'row.invalid' };

test('the samples of letters are letters', () => {
  expect(DeadLetter.strict().parse(project)).toEqual(project);
  expect(DeadLetter.strict().parse(relay)).toEqual(relay);
  expect(RelayWork.parse(relay.work)).toMatchObject({ kind: 'event', name: 'StageEntered' });
  expect(StreamRange.parse(range).DDBStreamBatchInfo.batchSize).toBe(12);
});

test('a letter that is written twice has one id, another part of the record another', () => {
  expect(writeLetter(draft, at).id).toBe(writeLetter({ ...draft, reason: 'other' }, '2027-01-01T00:00:00.000Z').id);
  expect(letterId({ ...draft, part: 1 })).not.toBe(letterId({ ...draft, part: 2 }));
  expect(letterId({ ...draft, sequenceNumber: '8' })).not.toBe(letterId(draft));
});

test('a letter fits a message: work that is too large is left out', () => {
  const work = { text: 'x'.repeat(300_000) };
  const letter = writeLetter({ ...draft, reason: 'r'.repeat(5_000), work }, at);
  expect(letter).not.toHaveProperty('work');
  expect(letter.reason).toHaveLength(1_000);
});

test('a letter from before letters had ids is read', () => {
  expect(readLetter(draft)).toMatchObject({ ...draft, id: letterId(draft) });
  expect(readLetter(range)).toBeUndefined();
});

test('an environment sends a letter once', async () => {
  const sqs = new SQSClient({ region: 'us-east-1' });
  const client = mockClient(sqs);
  client.on(SendMessageCommand).rejectsOnce(new Error('away')).resolves({});
  const send = deadLetterQueue(sqs, 'https://sqs.us-east-1.amazonaws.com/0/q');
  const letter = writeLetter(draft, at);
  await expect(send(letter)).rejects.toThrow('away');
  await send(letter);
  await send(letter);
  expect(client.calls()).toHaveLength(2);
});

const named = (name: string, more = {}): Error => Object.assign(new Error('x'), { name, ...more });

test.each<[string, unknown, string]>([
  ['a validation error', named('ValidationException'), 'poison'],
  ['a full partition', named('ItemCollectionSizeLimitExceededException'), 'poison'],
  ['a throttle', named('ThrottlingException'), 'outage'],
  ['a missing right', named('AccessDeniedException', { $metadata: {} }), 'outage'],
  ['no connection', named('Error', { code: 'ECONNREFUSED' }), 'outage'],
  ['no answer', named('TimeoutError'), 'outage'],
  [
    'a broken connection beneath',
    new TypeError('fetch failed', { cause: named('x', { code: 'UND_ERR_SOCKET' }) }),
    'outage',
  ],
  ['contention', new Unavailable('profile.contended'), 'outage'],
  ['a mistake of ours', new TypeError('x is undefined'), 'unforeseen'],
  ['an argument of ours that Node refuses', named('TypeError', { code: 'ERR_INVALID_ARG_TYPE' }), 'unforeseen'],
  ['a refusal of ours', new Rejected('row.invalid'), 'unforeseen'],
  ['no error at all', 'text', 'unforeseen'],
])('%s is told by its kind', (_, error, kind) => {
  expect(faultOf(error).kind).toBe(kind);
});
