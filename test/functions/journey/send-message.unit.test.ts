import { expect, test } from 'vitest';
import { sendStepMessage } from '#functions/journey/send-message/handler.ts';
import { workspaceStore } from '#lib/ingestion/workspace/workspace-store.ts';
import { type DeliverMessage } from '#lib/journey/messaging/deliver.ts';
import { sendStore } from '#lib/journey/messaging/send-ledger-store.ts';
import { firstRun } from '#lib/journey/enrolment/execution-input.ts';
import { profileStore } from '#lib/profile/profile-store.ts';
import { readTimeline } from '#lib/profile/views/timeline.ts';
import { addMs } from '#lib/shared/time.ts';
import { muteErrors } from '../ingestion/ingestion-world.ts';
import { refusingTable } from '../../support/refusing-table.ts';
import { aCall, anInput, aProfile, aSend, start } from '../../journey/journey-examples.ts';
import { aWorld, Life, survives, type World } from '../../journey/journey-world.ts';

function sending(
  world: World,
  { life = new Life(), deliver = world.deliver }: { life?: Life; deliver?: DeliverMessage } = {},
) {
  const table = life.table(world.table);
  return sendStepMessage({
    profiles: profileStore(table),
    workspaces: workspaceStore(table),
    sends: sendStore(table),
    deliver: { email: life.deliver(deliver) },
    gate: world.gate,
    clock: world.clock,
    report: (status) => void reported.push(status),
  });
}

const reported: string[] = [];

const messages = async (world: World) => {
  const { items } = await readTimeline(world.table, aProfile(), { limit: 100 });
  return items.filter(({ kind }) => kind === 'message');
};

const call = aCall(aSend());

test('a message is rendered, delivered and shown on the timeline', async () => {
  const world = await aWorld();
  await world.know(aProfile());
  expect(await sending(world)(call)).toMatchObject({ status: 'sent' });
  expect(world.delivered).toMatchObject([{ to: 'mina@example.com', message: { subject: 'Hello Mina' } }]);
  expect(await messages(world)).toMatchObject([
    { at: start, status: 'sent', channel: 'email', journeyId: 'welcome', stepId: 'Hello', subject: 'Hello Mina' },
  ]);
});

test('wherever a send dies, nothing is sent twice and every try after tells the same', async () => {
  const ends: string[] = [];
  reported.length = 0;
  for (let last = 1, alive = false; !alive; last++) {
    const world = await aWorld({ caps: [{ max: 5, within: '1d' }] });
    await world.know(aProfile());
    alive = await survives(() => sending(world, { life: new Life(last) })(call));
    const again = [await sending(world)(call), await sending(world)(call)];
    expect(again[1]).toEqual(again[0]);
    const [end] = again as { status: string }[];
    expect(world.delivered.length).toBeLessThanOrEqual(1);
    expect(await messages(world)).toMatchObject([{ status: end?.status }]);
    ends.push(`${String(end?.status)} after ${world.delivered.length}`);
  }
  // After the claim; after the provider answered; after the settling; at the end.
  expect(ends).toEqual(['unknown after 0', 'unknown after 1', 'sent after 1', 'sent after 1']);
  expect(reported.filter((status) => status === 'unknown')).toHaveLength(4); // each of both tries tells of both
});

test('tries at once send one message', async () => {
  const world = await aWorld();
  await world.know(aProfile());
  await Promise.all(Array.from({ length: 8 }, () => sending(world)(call)));
  expect(world.delivered).toHaveLength(1);
  expect(await messages(world)).toMatchObject([{ status: 'sent' }]);
});

test('visits of other steps, enrolments and occurrences are other messages', async () => {
  const world = await aWorld();
  const inside = { journeyId: 'welcome', version: 1, since: start };
  await world.know(aProfile({ journeys: { e1: inside, e2: inside } }));
  const visits = [{}, { stepId: 'Other' }, { occurrence: 1 }, { enrolment: anInput({ enrolmentId: 'e2' }) }];
  for (const visit of visits) await sending(world)(aCall(aSend(), visit));
  expect(new Set(world.delivered.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(4);
});

test('a cap holds when several journeys send at once', async () => {
  const world = await aWorld({ caps: [{ max: 2, within: '1d' }] });
  await world.know(aProfile());
  const tries = Array.from({ length: 6 }, (_, occurrence) => sending(world)(aCall(aSend(), { occurrence })));
  const results = await Promise.all(tries);
  expect(world.delivered).toHaveLength(2);
  expect(results.filter((result) => 'reason' in result && result.reason === 'frequency-cap')).toHaveLength(4);
});

test('who leaves while the message is being written is not written to', async () => {
  const world = await aWorld();
  await world.know(aProfile());
  const leaving: World = {
    ...world,
    table: {
      ...world.table,
      // The exit is folded right before the claim.
      transact: async (writes) => {
        await world.profiles.update(aProfile(), (profile) => ({ profile: { ...profile, journeys: {} } }));
        return world.table.transact(writes);
      },
    },
  };
  expect(await sending(leaving)(call)).toMatchObject({ status: 'skipped', reason: 'left' });
  expect(world.delivered).toEqual([]);
});

test('quiet hours claim nothing: the same visit sends in the morning', async () => {
  const world = await aWorld({ quietHours: { from: '09:00', to: '12:00' } });
  await world.know(aProfile());
  const until = '2026-03-02T12:00:00.000Z';
  expect(await sending(world)(call)).toMatchObject({ status: 'deferred', until });
  expect(await messages(world)).toEqual([]);
  const later = { ...world, clock: { now: () => until } };
  expect(await sending(later)(call)).toMatchObject({ status: 'sent' });
});

test('an opt-out while the message waits for the morning is heeded', async () => {
  const world = await aWorld({ quietHours: { from: '09:00', to: '12:00' } });
  await world.know(aProfile());
  await sending(world)(call);
  const consent = { email: { value: false, at: addMs(start, 60_000) } };
  await world.profiles.update(aProfile(), (profile) => ({ profile: { ...profile, consent } }));
  const later = { ...world, clock: { now: () => '2026-03-02T12:00:00.000Z' } };
  expect(await sending(later)(call)).toMatchObject({ status: 'skipped', reason: 'no-consent' });
  expect(await messages(world)).toMatchObject([{ status: 'skipped', reason: 'no-consent' }]);
});

test.each(['failed', 'unknown'] as const)('a provider’s %s is kept and the message not sent again', async (status) => {
  const world = await aWorld();
  await world.know(aProfile());
  let calls = 0;
  const deliver: DeliverMessage = async () => {
    calls++;
    return { status, reason: 'http-500' };
  };
  for (let tries = 0; tries < 2; tries++)
    expect(await sending(world, { deliver })(call)).toMatchObject({ status, reason: 'http-500' });
  expect(calls).toBe(1);
});

const held = (stepId: string) => anInput({ run: { ...firstRun, held: { stepId, since: '2026-03-02T08:00:00.000Z' } } });

test('only the step that was held is late', async () => {
  const world = await aWorld();
  await world.know(aProfile());
  const step = aSend({ late: 'skip' });
  expect(await sending(world)(aCall(step, { enrolment: held('Hello') }))).toMatchObject({ reason: 'late' });
  expect(await sending(world)(aCall(step, { stepId: 'Next', enrolment: held('Hello') }))).toMatchObject({
    status: 'sent',
  });
});

test('whom the gate stops is not written to, and no ledger says so', async () => {
  const world = await aWorld();
  await world.know(aProfile());
  const paused: World = { ...world, gate: () => Promise.resolve({ gate: 'hold' }) };
  expect(await sending(paused)(call)).toEqual({ gate: 'hold' });
  expect(await messages(world)).toEqual([]);
  expect(await sending(world)(call)).toMatchObject({ status: 'sent' });
});

test('a message says what it was decided on', async () => {
  const world = await aWorld({ caps: [{ max: 5, within: '1d' }] });
  await world.know(aProfile({ consent: { email: { value: true, at: start } } }));
  expect(await sending(world)(call)).toMatchObject({
    because: { stage: null, consent: { email: true }, zone: 'UTC', localTime: '10:00', recentMessages: 0 },
  });
});

test('a message whose claim DynamoDB will never take fails the step, and nothing is sent', async () => {
  const world = await aWorld();
  await world.know(aProfile());
  const table = refusingTable(world.table, ({ sk }) => sk.startsWith('send#'));
  await expect(sending({ ...world, table })(call)).rejects.toMatchObject({ code: 'write.collection-full' });
  expect(world.delivered).toEqual([]);
});

test('a message that went out is told as sent though DynamoDB will never take that down, and goes out once', async () => {
  muteErrors();
  const world = await aWorld();
  await world.know(aProfile());
  const table = refusingTable(world.table, ({ sk }) => sk.startsWith('m#'));
  expect(await sending({ ...world, table })(call)).toMatchObject({ status: 'sent' });
  expect(await sending({ ...world, table })(call)).toMatchObject({ status: 'unknown', reason: 'interrupted' });
  expect(world.delivered).toHaveLength(1);
});
