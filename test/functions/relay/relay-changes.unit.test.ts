import { type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { expect, test } from 'vitest';
import { keys } from '#lib/model/keys/table-keys.ts';
import { type ProfileChange } from '#lib/model/profile-change.ts';
import { pointerItem, profileItem } from '#lib/profile/profile-store.ts';
import { aProfile, days, minutes } from '../../profile/profile-examples.ts';
import { ada, cause, record, signalled, aRelay, enrolment } from './relay-harness.ts';

const transition = {
  from: 'decision',
  to: 'retention',
  at: minutes(1),
  rule: 'retention',
  touchpoint: { messageId: 'm1', name: 'Order Completed' },
};

test.each<[ProfileChange, Record<string, unknown>[]]>([
  [
    { type: 'stage', transition },
    [
      { name: 'StageExited', detail: { stage: 'decision', to: 'retention', occurredAt: minutes(1) } },
      {
        name: 'StageEntered',
        detail: { stage: 'retention', from: 'decision', rule: 'retention', touchpoint: transition.touchpoint },
      },
    ],
  ],
  [{ type: 'stage', transition: { to: 'awareness', at: minutes(1), rule: 'awareness' } }, [{ name: 'StageEntered' }]],
  [
    { type: 'identified', linked: 'a:v1', at: minutes(1) },
    [{ name: 'CustomerIdentified', detail: { linked: 'a:v1' } }],
  ],
  [
    { type: 'triggered', journeyId: 'onboarding', cause },
    [{ name: 'EntryTriggered', detail: { journeyId: 'onboarding', cause } }],
  ],
  [
    { type: 'churn', from: 'low', risk: { score: 80, band: 'high', reasons: [], assessedAt: minutes(2) } },
    [{ name: 'ChurnRiskChanged', detail: { from: 'low', occurredAt: minutes(2) } }],
  ],
  [
    { type: 'silent', for: '14d', since: days(0) },
    [{ name: 'CustomerSilent', detail: { for: '14d', occurredAt: days(14) } }],
  ],
  [{ type: 'exposed', decisionId: 'd1', at: minutes(3) }, [{ name: 'DecisionExposed', detail: { decisionId: 'd1' } }]],
  [{ type: 'outcome', decisionId: 'd1', cause }, [{ name: 'OutcomeObserved', detail: { decisionId: 'd1', cause } }]],
])('the signal %j is told as %j', async (signal, told) => {
  const { deliver, put } = aRelay();
  expect(await deliver(signalled(signal))).toEqual([]);
  expect(put).toMatchObject(
    told.map((event) => ({ ...event, detail: { ...ada, customerId: 'ada', ...(event.detail as object) } })),
  );
});

const ended = { ...enrolment, status: 'ended', outcome: 'exited', endedAt: minutes(9) };

test('an enrolment is told when it starts and when it ends, and at no change in between', async () => {
  const { deliver, put } = aRelay();
  await deliver(record(enrolment), record({ ...enrolment, status: 'active' }, enrolment));
  await deliver(record(ended, enrolment), record({ ...ended, executionArn: 'arn' }, ended));
  expect(put).toMatchObject([
    { name: 'EnrolmentStarted', detail: { enrolmentId: 'e1', occurredAt: minutes(1) } },
    { name: 'EnrolmentEnded', detail: { enrolmentId: 'e1', outcome: 'exited', occurredAt: minutes(9) } },
  ]);
});

test('decisions and tasks are told when they are made', async () => {
  const { deliver, put } = aRelay();
  const decided = { placement: 'home', offer: 'ten', stage: 'decision', propensity: 0.4 };
  await deliver(
    record({ ...keys.decision(ada, minutes(1), 'd#1'), ...decided }),
    record({
      ...keys.task(ada, 't1'),
      ...{ enrolmentId: 'e1', journeyId: 'retention', stepId: 'Call', queue: 'care', title: 'Call', answers: ['yes'] },
      ...{ openedAt: minutes(2), until: days(1), status: 'open', token: 'x' },
    }),
  );
  expect(put).toMatchObject([
    { name: 'DecisionMade', detail: { decisionId: 'd#1', ...decided } },
    { name: 'TaskOpened', detail: { journeyId: 'retention', queue: 'care', occurredAt: minutes(2) } },
  ]);
});

test('waiting steps are woken and left journeys ended, in the order of the signals', async () => {
  const { deliver, steered, put } = aRelay();
  await deliver(signalled({ type: 'exited', enrolmentId: 'e1', cause }, { type: 'woken', waitId: 'w1', cause }));
  expect(steered).toMatchObject([
    { customer: ada, enrolmentId: 'e1', cause },
    { customer: ada, waitId: 'w1', cause },
  ]);
  expect(put).toEqual([]);
});

test('the directory follows who joined, left, moved or was linked, in the order of the signals, once more when told again', async () => {
  const { deliver, listed } = aRelay();
  const record = signalled(
    { type: 'joined', segment: 'vip', zone: 'UTC', at: minutes(1) },
    { type: 'moved', segments: ['vip', 'new'], zone: 'Asia/Seoul' },
    { type: 'left', segment: 'vip', at: minutes(2) },
    { type: 'dated', journeyId: 'birthday', trigger: 'abc', due: days(9) },
    { type: 'identified', linked: 'a:v1', at: minutes(3), segments: ['vip'] },
  );
  await deliver(record);
  const followed = [
    ['add', ada, 'vip', 'UTC'],
    ['add', ada, 'vip', 'Asia/Seoul'],
    ['add', ada, 'new', 'Asia/Seoul'],
    ['remove', ada, 'vip'],
    ['scheduleDate', expect.objectContaining({ customer: ada, journeyId: 'birthday', trigger: 'abc' }), days(9)],
    ['remove', { ...ada, customer: 'a:v1' }, 'vip'],
  ];
  expect(listed).toEqual(followed);
  await deliver(record);
  expect(listed).toEqual([...followed, ...followed]);
});

test('the same change is told under the same ids, in whichever write it came, other changes under others', async () => {
  const { deliver, put } = aRelay();
  await deliver(signalled({ type: 'stage', transition }));
  await deliver(record(profileItem(aProfile(), 5, [{ type: 'stage', transition }])));
  await deliver(signalled({ type: 'stage', transition: { ...transition, at: minutes(9) } }));
  const ids = put.map(({ detail }) => detail.id);
  expect(ids.slice(2, 4)).toEqual(ids.slice(0, 2));
  expect(new Set(ids).size).toBe(4);
});

test('forty events go in tens; those the bus refuses are put again and none twice', async () => {
  const refusedOnce = new Set<string>();
  const takes = ({ Detail }: PutEventsRequestEntry): boolean => {
    const { id } = JSON.parse(Detail!) as { id: string };
    const takesIt = refusedOnce.has(id) || refusedOnce.size >= 12;
    refusedOnce.add(id);
    return takesIt;
  };
  const { deliver, put, calls } = aRelay({ takes });
  const signals = Array.from({ length: 40 }, (_, i): ProfileChange => ({
    type: 'exposed',
    decisionId: `d${i}`,
    at: minutes(i),
  }));
  expect(await deliver(signalled(...signals))).toEqual([]);
  expect(new Set(put.map(({ detail }) => detail.id)).size).toBe(40);
  expect(put).toHaveLength(40);
  expect(calls()).toBe(6);
});

test('what the bus goes on refusing is left in the stream', async () => {
  const { deliver, put } = aRelay({ takes: ({ Detail }) => !Detail!.includes('never') });
  const [good, bad] = ['d1', 'never'].map((decisionId) => signalled({ type: 'exposed', decisionId, at: minutes(1) }));
  expect(await deliver(good!, bad!)).toEqual([bad!.dynamodb!.SequenceNumber]);
  expect(put).toHaveLength(1);
});

test('a journey that cannot be reached is told again, with nothing else held up', async () => {
  const { deliver, put } = aRelay({ fails: true });
  const waking = signalled({ type: 'woken', waitId: 'w1', cause });
  expect(await deliver(waking, record(enrolment))).toEqual([waking.dynamodb!.SequenceNumber]);
  expect(put).toHaveLength(1);
});

test('a row nobody can read goes to the queue with its key and reason', async () => {
  const { deliver, put, letters } = aRelay();
  const key = keys.enrolment(ada, 'e2');
  expect(await deliver(record({ ...key, journeyId: 7 }), record(enrolment))).toEqual([]);
  expect(letters).toMatchObject([{ function: 'relay', key, reason: expect.stringContaining('row.invalid') as string }]);
  expect(put).toHaveLength(1);
});

test('the pointer that a linked identity leaves tells nothing', async () => {
  const { deliver, put } = aRelay();
  const pointer = pointerItem({ workspace: 'acme', customer: 'a:v1' }, ada, 2);
  expect(await deliver(record(pointer, profileItem(aProfile({}, 'a:v1'), 1)))).toEqual([]);
  expect(put).toEqual([]);
});
