import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { concludeExecution } from '#functions/journey/end-enrolment/handler.ts';
import { enrolCustomers } from '#functions/journey/enrol-customer/handler.ts';
import { workspaceStore } from '#lib/ingestion/workspace/workspace-store.ts';
import { executionName } from '#lib/journey/enrolment/enrolment-record.ts';
import { enrolmentStore } from '#lib/journey/enrolment/enrolment-store.ts';
import { journeyStore } from '#lib/journey/publishing/journey-store.ts';
import { rejectionStore } from '#lib/journey/enrolment/rejection-store.ts';
import { taskStore } from '#lib/journey/execution/human-task-store.ts';
import { waitStore } from '#lib/journey/execution/wait-store.ts';
import { createJourneySignalHandler } from '#lib/journey/execution/journey-signals.ts';
import { keys } from '#lib/model/keys/table-keys.ts';
import { profileStore } from '#lib/profile/profile-store.ts';
import { addMs } from '#lib/shared/time.ts';
import { aJourney, aProfile, mina, start } from '../../journey/journey-examples.ts';
import { aliasArn, aWorld, Life, survives, type World } from '../../journey/journey-world.ts';

const stop = addMs(start, 60_000);

/** A world with Mina inside, an open wait and an open task. */
async function inside() {
  const world = await aWorld();
  await world.know(aProfile({ journeys: {} }));
  const definition = aJourney({ entry: { triggers: [{ churnBand: ['high'] }], reentry: 'always' } });
  const enrolled = enrolCustomers({
    ...world,
    workspaces: workspaceStore(world.table),
    journeys: journeyStore(world.table, { clock: world.clock, shipped: [definition], arns: { welcome: aliasArn } }),
    refusals: rejectionStore(world.table),
    touchpointsSince: () => Promise.resolve([]),
    report: () => undefined,
  });
  const enter = (id: string) => {
    const risk = { score: 90, band: 'high', reasons: [], assessedAt: start };
    return enrolled({
      'detail-type': 'ChurnRiskChanged',
      detail: { id, ...mina, customerId: 'mina', occurredAt: start, risk },
    });
  };
  await enter('event-1');
  const { placed } = await world.enrolments.list({ workspace: 'acme', journeyId: 'welcome' }, { limit: 1 });
  const [{ enrolment }] = placed as [(typeof placed)[number]];
  const { enrolmentId } = enrolment;
  const wait = { enrolmentId, on: { event: 'Seen' }, since: start, until: stop };
  await world.profiles.update(mina, (profile) => ({ profile: { ...profile, waits: { w1: wait } } }));
  const task = {
    ...{ enrolmentId, journeyId: 'welcome', stepId: 'Ask', queue: 'care', title: 'Call', answers: ['yes'] },
    ...{ openedAt: start, until: stop, status: 'open' as const },
  };
  await world.tasks.open(mina, 't1', { task, token: 'token-1' });
  return { world, enrolment, enter };
}

const ended = (name: string, more: object = {}) => ({
  detail: {
    name,
    status: 'SUCCEEDED',
    stopDate: Date.parse(stop),
    input: JSON.stringify(mina),
    output: '{"outcome":"activated"}',
    ...more,
  },
});

function concluding(world: World, life = new Life()) {
  const table = life.table(world.table);
  return concludeExecution({
    profiles: profileStore(table),
    enrolments: enrolmentStore(table),
    tasks: taskStore(table),
    clock: world.clock,
    report: () => undefined,
  });
}

async function expectNothingLeft(world: World) {
  expect(await world.profiles.get(mina)).toMatchObject({ journeys: {}, waits: {} });
  expect((await world.tasks.list('acme', { limit: 10, now: start })).items).toEqual([]);
  expect((await world.tasks.get(mina, 't1'))?.task.status).toBe('closed');
}

test('wherever concluding dies, the next delivery finishes it: outcome kept, profile and tasks clean, slot free', async () => {
  for (let last = 1, alive = false; !alive; last++) {
    const { world, enrolment, enter } = await inside();
    const event = ended(executionName(enrolment));
    alive = await survives(() => concluding(world, new Life(last))(event));
    expect(await concluding(world)(event)).toEqual({ outcome: 'already' });
    await expectNothingLeft(world);
    expect(await world.enrolments.get(mina, enrolment.enrolmentId)).toMatchObject({
      status: 'ended',
      outcome: 'activated',
      endedAt: stop,
    });
    expect(await enter('event-2')).toEqual({ welcome: 'entered' });
  }
});

const cases: [string, object, string][] = [
  ['failed', { status: 'FAILED', output: null }, 'failed'],
  ['took too long', { status: 'TIMED_OUT', output: undefined }, 'timed-out'],
  ['was stopped by hand', { status: 'ABORTED', output: null }, 'stopped'],
];

test.each(cases)('an execution that %s ends the enrolment as such', async (_, more, outcome) => {
  const { world, enrolment } = await inside();
  await concluding(world)(ended(executionName(enrolment), more));
  expect(await world.enrolments.get(mina, enrolment.enrolmentId)).toMatchObject({ status: 'ended', outcome });
  await expectNothingLeft(world);
});

test('exit criteria end the enrolment first: that outcome stays, and the execution is stopped', async () => {
  const { world, enrolment } = await inside();
  const { enrolmentId } = enrolment;
  const wake = createJourneySignalHandler({ ...world, waits: waitStore(world.table) });
  const cause = { messageId: 'm1', name: 'Order Completed', at: addMs(start, 500), properties: {} };
  expect(await wake.exitEnrolment({ customer: mina, enrolmentId, cause })).toBe('left');
  expect(await wake.exitEnrolment({ customer: mina, enrolmentId, cause })).toBe('gone');
  expect(world.stopped).toContain(enrolment.executionArn);
  await concluding(world)(ended(executionName(enrolment), { status: 'ABORTED', output: null }));
  expect(await world.enrolments.get(mina, enrolmentId)).toMatchObject({
    outcome: 'exited',
    endedAt: addMs(start, 500),
  });
  await expectNothingLeft(world);
});

test('a parked stay has no execution to end: leaving clears it away by itself', async () => {
  const { world, enrolment } = await inside();
  const { enrolmentId } = enrolment;
  const parked = { expression: 'SET parkedUntil = :until', values: { ':until': stop } };
  await world.table.update(keys.enrolment(mina, enrolmentId), parked);
  const wake = createJourneySignalHandler({ ...world, waits: waitStore(world.table) });
  const cause = { messageId: 'm1', name: 'Order Completed', at: addMs(start, 500), properties: {} };
  expect(await wake.exitEnrolment({ customer: mina, enrolmentId, cause })).toBe('left');
  expect(await world.enrolments.get(mina, enrolmentId)).toMatchObject({ outcome: 'exited' });
  await expectNothingLeft(world);
});

test('an execution that handed over ends nothing', async () => {
  const { world, enrolment } = await inside();
  const over = ended(executionName(enrolment), { output: '{"handedOver":true}' });
  expect(await concluding(world)(over)).toEqual({ outcome: 'handed-over' });
  expect(await world.enrolments.get(mina, enrolment.enrolmentId)).toMatchObject({ status: 'active' });
});

test('one that handed over after its customer had left clears away what is left', async () => {
  const { world, enrolment } = await inside();
  await world.enrolments.markEnded({ enrolment, owner: mina }, { outcome: 'exited', at: start });
  const over = ended(executionName(enrolment), { output: '{"handedOver":true}' });
  expect(await concluding(world)(over)).toEqual({ outcome: 'already' });
  await expectNothingLeft(world);
});

test('one that another has taken over from ends nothing, however it ends; the other does', async () => {
  const { world, enrolment } = await inside();
  const { enrolmentId } = enrolment;
  const taken = { expression: 'SET version = :two, leg = :one', values: { ':two': 2, ':one': 1 } };
  await world.table.update(keys.enrolment(mina, enrolmentId), taken);
  const first = ended(executionName(enrolment), { status: 'FAILED', output: null });
  expect(await concluding(world)(first)).toEqual({ outcome: 'handed-over' });
  expect(await concluding(world)(ended(executionName({ version: 2, enrolmentId }, 1)))).toEqual({ outcome: 'ended' });
});

/** Mina's enrolment suspended, and its continuation started but not yet recorded. */
async function withUnrecordedContinuation() {
  const { world, enrolment } = await inside();
  const { enrolmentId } = enrolment;
  await world.enrolments.markSuspended(mina, enrolmentId, { until: stop, at: 'Long' });
  const name = executionName(enrolment, 1);
  return { world, enrolment, enrolmentId, name };
}

test('a continuation that ends before it is recorded is recorded by its end, in one write', async () => {
  const { world, enrolment, enrolmentId, name } = await withUnrecordedContinuation();
  expect(await concluding(world)(ended(name))).toEqual({ outcome: 'ended' });
  const row = await world.enrolments.get(mina, enrolmentId);
  expect(row).toMatchObject({ status: 'ended', outcome: 'activated', leg: 1 });
  expect(row).not.toHaveProperty('parkedUntil');
  expect(row).not.toHaveProperty('parkedAt');
  const late = { leg: 1, executionArn: 'arn:late' };
  expect(await world.enrolments.markContinued({ enrolment, owner: mina }, late)).toBe('ended');
  expect(await world.enrolments.get(mina, enrolmentId)).toEqual(row);
});

test('a continuation whose enrolment was ended before it is recorded when it stops', async () => {
  const { world, enrolment, enrolmentId, name } = await withUnrecordedContinuation();
  await world.enrolments.markEnded({ enrolment, owner: mina }, { outcome: 'exited', at: start });
  const stopped = ended(name, { status: 'ABORTED', output: null });
  for (let times = 0; times < 2; times++) expect(await concluding(world)(stopped)).toEqual({ outcome: 'already' });
  const row = await world.enrolments.get(mina, enrolmentId);
  expect(row).toMatchObject({ status: 'ended', outcome: 'exited', endedAt: start, leg: 1 });
  expect(await concluding(world)(ended(executionName(enrolment)))).toEqual({ outcome: 'already' });
  expect(await world.enrolments.get(mina, enrolmentId)).toEqual(row);
});

test('wherever the end of an unrecorded continuation crashes, its retry records it', async () => {
  for (let last = 1, alive = false; !alive; last++) {
    const { world, enrolmentId, name } = await withUnrecordedContinuation();
    alive = await survives(() => concluding(world, new Life(last))(ended(name)));
    await concluding(world)(ended(name));
    expect(await world.enrolments.get(mina, enrolmentId)).toMatchObject({ outcome: 'activated', leg: 1 });
  }
});

test('an execution of somebody else is not ours to conclude', async () => {
  const { world } = await inside();
  expect(await concluding(world)(ended('another-machine'))).toEqual({ outcome: 'unknown' });
});

test('the sample of an ended execution is read', async () => {
  const world = await aWorld();
  const sample: unknown = JSON.parse(
    readFileSync(new URL('../../../events/aws/execution-ended.json', import.meta.url), 'utf8'),
  );
  expect(await concluding(world)(sample)).toEqual({ outcome: 'unknown' });
});
