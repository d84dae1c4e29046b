import { expect, test } from 'vitest';
import { redoRelay, type Redoing } from '#infra/tools/dead-letters/redo-letter.ts';
import { writeLetter } from '#lib/aws/dead-letters.ts';
import { type BusEvent } from '#lib/model/bus-events.ts';
import { workspaceStore } from '#lib/ingestion/workspace/workspace-store.ts';
import { JsonObject } from '#lib/shared/json.ts';
import { type Key, keys } from '#lib/model/keys/table-keys.ts';
import { createMembershipIndex } from '#lib/segment/membership-index.ts';
import { redriveStore } from '#lib/projection/repair/redrive-store.ts';
import { type RelayWork } from '#lib/relay/execute-command.ts';
import { profileStore } from '#lib/profile/profile-store.ts';
import { aProfile, days, minutes } from '../../profile/profile-examples.ts';
import { memoryTable } from '../../support/memory-table.ts';

const ada = { workspace: 'acme', customer: 'u:ada' };
const clock = { now: () => days(1) };
const member = keys.member(ada, 'vip');

function aRedoing() {
  const table = memoryTable();
  const told: BusEvent[] = [];
  const woken: unknown[] = [];
  const profiles = profileStore(table);
  const redoing: Redoing = {
    ...{ table, profiles, workspaces: workspaceStore(table), redriven: redriveStore(table, clock) },
    directory: createMembershipIndex(table),
    bus: { put: async (events) => (told.push(...events), []) },
    journeys: {
      completeWait: async (one) => (woken.push(one), 'woken'),
      recordSeen: async () => 'seen',
      exitEnrolment: async () => 'left',
    },
  };
  const redo = (work: RelayWork, key: Key = keys.profile(ada)) => {
    const draft = { function: 'relay', key, sequenceNumber: '7', reason: 'x', work: JsonObject.parse(work) };
    return redoRelay(redoing, writeLetter(draft, days(0)));
  };
  return { redo, table, profiles, told, woken };
}

const enrolment = {
  ...keys.enrolment(ada, 'e1'),
  ...{ journeyId: 'onboarding', version: 1, entryKey: '', trigger: 'Signed Up', startedAt: minutes(1) },
};

test('an event is published under the id it had, however often', async () => {
  const { redo, told } = aRedoing();
  const detail = { id: 'e', ...ada, customerId: 'ada', occurredAt: minutes(1), stage: 'decision', rule: 'decision' };
  for (let i = 0; i < 2; i++) expect(await redo({ kind: 'event', name: 'StageEntered', detail })).toBe('done-again');
  expect(told).toEqual([
    { name: 'StageEntered', detail },
    { name: 'StageEntered', detail },
  ]);
});

test('a step is woken by the command as it was', async () => {
  const { redo, woken } = aRedoing();
  const cause = { messageId: 'm1', name: 'Order Completed', at: minutes(1), properties: {} };
  await redo({ kind: 'command', customer: ada, command: { type: 'woken', waitId: 'w1', cause } });
  expect(woken).toMatchObject([{ customer: ada, waitId: 'w1', cause }]);
});

test('a list follows the profile as it is now: who has left since is not listed', async () => {
  const { redo, table, profiles } = aRedoing();
  const joined = { type: 'joined', segment: 'vip', zone: 'UTC', at: minutes(1) } as const;
  await profiles.save({ profile: aProfile({ segments: { vip: minutes(1) } }) }, 0);
  await redo({ kind: 'command', customer: ada, command: joined });
  expect(await table.get(member)).toBeDefined();
  await profiles.update(ada, (profile) => ({ profile: { ...profile, segments: {} } }));
  await redo({ kind: 'command', customer: ada, command: joined });
  expect(await table.get(member)).toBeUndefined();
});

test.each([
  ['INSERT', { status: 'active' }, 'EnrolmentStarted'],
  ['MODIFY', { status: 'ended', outcome: 'exited', endedAt: minutes(9) }, 'EnrolmentEnded'],
] as const)('a row that could not be read is told by what it is now (%s)', async (change, more, name) => {
  const { redo, table, told } = aRedoing();
  await table.put({ ...enrolment, ...more });
  expect(await redo({ kind: 'row', change }, keys.enrolment(ada, 'e1'))).toBe('done-again');
  expect(told).toMatchObject([{ name, detail: { enrolmentId: 'e1' } }]);
});

test('a row that is gone tells nothing', async () => {
  const { redo } = aRedoing();
  expect(await redo({ kind: 'row', change: 'INSERT' }, keys.enrolment(ada, 'e1'))).toBe('gone');
});
