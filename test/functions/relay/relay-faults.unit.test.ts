import { type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import type { DynamoDBRecord } from 'aws-lambda';
import { expect, test } from 'vitest';
import { keys } from '#lib/model/keys/table-keys.ts';
import { profileItem } from '#lib/profile/profile-store.ts';
import { aProfile, days, minutes } from '../../profile/profile-examples.ts';
import { ada, cause, record, signalled, aRelay, enrolment } from './relay-harness.ts';

/** What a sequence of errors makes of the waking of a step. */
const waking = (customer = ada) =>
  record(profileItem(aProfile({}, customer.customer), 4, [{ type: 'woken', waitId: 'w1', cause }]));

const aged = (one: DynamoDBRecord, at: string): DynamoDBRecord => ({
  ...one,
  dynamodb: { ...one.dynamodb, ApproximateCreationDateTime: Date.parse(at) / 1_000 },
});

test('an event that the bus never takes goes to the queue with the event, and its neighbours are told', async () => {
  const never = (entry: PutEventsRequestEntry): boolean => entry.Detail!.includes('never');
  const { deliver, put, letters } = aRelay({ takes: (entry) => !never(entry), code: 'MalformedDetail' });
  const [good, bad] = ['d1', 'never'].map((decisionId) => signalled({ type: 'exposed', decisionId, at: minutes(1) }));
  expect(await deliver(good!, bad!)).toEqual([]);
  expect(put).toHaveLength(1);
  expect(letters).toMatchObject([
    {
      ...{ function: 'relay', sequenceNumber: bad!.dynamodb!.SequenceNumber, part: 1 },
      reason: 'event.invalid: MalformedDetail',
      work: { kind: 'event', name: 'DecisionExposed', detail: { decisionId: 'never' } },
    },
  ]);
});

test('a call that is refused for one of its events is put again event by event', async () => {
  const { deliver, put, letters } = aRelay({ rejects: 'never' });
  const records = ['d1', 'never', 'd2'].map((decisionId) => signalled({ type: 'exposed', decisionId, at: minutes(1) }));
  expect(await deliver(...records)).toEqual([]);
  expect(put).toHaveLength(2);
  expect(letters).toMatchObject([{ reason: 'event.invalid', work: { detail: { decisionId: 'never' } } }]);
});

test('a command that is refused for good goes to the queue with what it takes to do it again', async () => {
  const { deliver, letters } = aRelay({ fails: 'ValidationException' });
  expect(await deliver(waking())).toEqual([]);
  expect(letters).toMatchObject([
    {
      reason: 'write.invalid: Step Functions is away',
      work: { kind: 'command', customer: ada, command: { waitId: 'w1' } },
    },
  ]);
});

test('a mistake of ours is put aside when others are told, and retried while none is', async () => {
  const bo = { workspace: 'acme', customer: 'u:bo' };
  const other = record({ ...enrolment, ...keys.enrolment(bo, 'e1') });
  const { deliver, letters } = aRelay({ fails: 'TypeError' });
  const alone = waking();
  expect(await deliver(alone)).toEqual([alone.dynamodb!.SequenceNumber]);
  expect(await deliver(waking(), other)).toEqual([]);
  expect(letters).toMatchObject([{ reason: 'fault.unforeseen: Step Functions is away' }]);
});

test('what an outage holds up is put aside by name before the stream forgets it', async () => {
  const { deliver, letters } = aRelay({ fails: true, limits: { asideAfterMs: 18 * 3_600_000 } });
  const [old, young] = [aged(waking(), minutes(0)), aged(waking(), days(0.5))];
  expect(await deliver(old, young)).toEqual([young.dynamodb!.SequenceNumber]);
  expect(letters).toMatchObject([{ reason: 'stream.aged: Step Functions is away', work: { kind: 'command' } }]);
});
