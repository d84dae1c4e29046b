import { expect, test } from 'vitest';
import { handleJourneyRoutes } from '#functions/journey/journeys-api/handler.ts';
import { handleTaskRoutes } from '#functions/journey/tasks-api/handler.ts';
import { waitForTouchpoint } from '#functions/journey/wait-for-event/handler.ts';
import { type ApiRequest, type ApiRoutes } from '#lib/aws/http/api-function.ts';
import { placementStore } from '#lib/decision/placements/placement-store.ts';
import { workspaceStore } from '#lib/ingestion/workspace/workspace-store.ts';
import { enrolmentEntryWrites } from '#lib/journey/enrolment/enrolment-writes.ts';
import { pausedStepStore } from '#lib/journey/execution/paused-step-store.ts';
import { journeyStore } from '#lib/journey/publishing/journey-store.ts';
import { publishStore } from '#lib/journey/publishing/version-store.ts';
import { deployedJourneys } from '#lib/journey/publishing/deployed-journeys.ts';
import { statsStore } from '#lib/journey/insight/journey-stats-store.ts';
import { type TaskView } from '#lib/journey/execution/human-task.ts';
import { segmentStore } from '#lib/segment/segment-store.ts';
import { addMs } from '#lib/shared/time.ts';
import { aCall, aJourney, anInput, aProfile, mina, start } from '../../journey/journey-examples.ts';
import { aWorld, type World } from '../../journey/journey-world.ts';

interface Page<T> {
  items: T[];
  nextCursor?: string;
}

async function ask<T>(routes: ApiRoutes, route: string, more: Partial<ApiRequest> = {}): Promise<T> {
  const request = { workspace: 'acme', params: {}, query: {}, headers: {}, body: () => undefined, ...more };
  return (await routes[route]!(request)).body as T;
}

const step = {
  kind: 'humanTask',
  queue: 'care',
  title: 'Call',
  timeout: '1d',
  answers: { yes: 'Done', no: 'Done' },
  onTimeout: 'Done',
};

const waitIn = (world: World) =>
  waitForTouchpoint({
    ...world,
    workspaces: workspaceStore(world.table),
    journeys: journeyStore(world.table, { clock: world.clock }),
    held: pausedStepStore(world.table),
    touchpointsSince: () => Promise.resolve([]),
  });

async function withTask() {
  const world = await aWorld();
  await world.know(aProfile());
  const waiting = waitIn(world);
  const open = (token: string) => waiting(aCall(step, { token, stepId: 'Ask' }));
  await open('token-1');
  const { items } = await ask<Page<TaskView>>(handleTaskRoutes(world), 'GET /v1/tasks');
  return { world, open, items, taskId: items[0]!.taskId };
}

interface Answering {
  taskId: string;
  answer: unknown;
  workspace?: string;
}

const answer = (world: World, { taskId, answer: given, ...more }: Answering) =>
  ask(handleTaskRoutes(world), 'POST /v1/tasks/{id}', {
    params: { id: taskId },
    body: () => ({ answer: given }),
    ...more,
  });

const conflict = { status: 409, code: 'task.closed' };

test('an open task is listed and answered once', async () => {
  const { world, items, taskId } = await withTask();
  expect(items).toMatchObject([
    {
      customerId: 'mina',
      queue: 'care',
      title: 'Call',
      answers: ['yes', 'no'],
      status: 'open',
      until: addMs(start, 86_400_000),
    },
  ]);
  expect(await answer(world, { taskId, answer: 'yes' })).toEqual({ taskId, status: 'closed', answer: 'yes' });
  expect(world.resumed).toEqual([{ token: 'token-1', output: { answer: 'yes' } }]);
  await expect(answer(world, { taskId, answer: 'no' })).rejects.toMatchObject(conflict);
  expect(await answer(world, { taskId, answer: 'yes' })).toMatchObject({ answer: 'yes' });
  expect(world.resumed).toHaveLength(1);
  expect((await ask<Page<TaskView>>(handleTaskRoutes(world), 'GET /v1/tasks')).items).toEqual([]);
});

test('two answers at once: one stands', async () => {
  const { world, taskId } = await withTask();
  const both = await Promise.allSettled([
    answer(world, { taskId, answer: 'yes' }),
    answer(world, { taskId, answer: 'no' }),
  ]);
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(world.resumed).toHaveLength(1);
});

test('an answer that was kept but not told is told when it is sent again', async () => {
  const { world, taskId } = await withTask();
  const dying = { ...world, executions: { ...world.executions, resume: () => Promise.reject(new Error('died')) } };
  await expect(answer(dying, { taskId, answer: 'yes' })).rejects.toThrow('died');
  await expect(answer(world, { taskId, answer: 'no' })).rejects.toMatchObject(conflict);
  expect(await answer(world, { taskId, answer: 'yes' })).toMatchObject({ answer: 'yes' });
  expect(world.resumed).toHaveLength(1);
});

test('an answer after the journey went on without is a conflict', async () => {
  const { world, taskId } = await withTask();
  const late = { ...world, clock: { now: () => addMs(start, 86_400_000) } };
  await expect(answer(late, { taskId, answer: 'yes' })).rejects.toMatchObject(conflict);
  expect(world.resumed).toEqual([]);
});

test('an answer that nobody waits for any more is a conflict, also when it is sent again', async () => {
  const { world, taskId } = await withTask();
  const gone = { ...world, executions: { ...world.executions, resume: () => Promise.resolve('late' as const) } };
  for (const tries of [gone, gone, world])
    await expect(answer(tries, { taskId, answer: 'yes' })).rejects.toMatchObject(conflict);
});

test('what cannot be answered is refused', async () => {
  const { world, taskId } = await withTask();
  await expect(answer(world, { taskId, answer: 'maybe' })).rejects.toMatchObject({
    status: 400,
    code: 'task.unknown-answer',
  });
  await expect(answer(world, { taskId, answer: 7 })).rejects.toMatchObject({ status: 400 });
  const unknown = { status: 404, code: 'task.unknown' };
  await expect(answer(world, { taskId: 'nonsense', answer: 'yes' })).rejects.toMatchObject(unknown);
  await expect(answer(world, { taskId, answer: 'yes', workspace: 'other' })).rejects.toMatchObject(unknown);
  expect((await ask<Page<TaskView>>(handleTaskRoutes(world), 'GET /v1/tasks', { workspace: 'other' })).items).toEqual(
    [],
  );
});

test('a retried step renews the token of its task, and learns an answer given in between', async () => {
  const { world, open, taskId } = await withTask();
  await open('token-2');
  await answer(world, { taskId, answer: 'yes' });
  expect(world.resumed).toMatchObject([{ token: 'token-2' }]);
  await open('token-3');
  expect(world.resumed[1]).toEqual({ token: 'token-3', output: { answer: 'yes' } });
});

/** The journeys API over a table; the shipped journeys are there. */
const shown = (world: World, shipped = deployedJourneys) =>
  handleJourneyRoutes({
    ...world,
    shipped,
    workspaces: workspaceStore(world.table),
    journeys: journeyStore(world.table, { clock: world.clock, shipped }),
    drafts: publishStore(world.table),
    stats: statsStore(world.table),
    segments: segmentStore(world.table, world.clock),
    placements: placementStore(world.table, world.clock),
  });

test('journeys are shown with their definitions', async () => {
  const routes = shown(await aWorld());
  expect(await ask(routes, 'GET /v1/journeys')).toMatchObject({
    items: [
      { journeyId: 'onboarding', version: 1, state: 'live' },
      { journeyId: 'retention', name: { ko: '고객 유지' } },
    ],
  });
  const one = await ask(routes, 'GET /v1/journeys/{id}', { params: { id: 'retention' } });
  expect(one).toMatchObject({ journeyId: 'retention', state: 'live', definition: { start: 'Choose offer' } });
  const unknown = ask(routes, 'GET /v1/journeys/{id}', { params: { id: 'nothing' } });
  await expect(unknown).rejects.toMatchObject({ status: 404, code: 'journey.unknown' });
});

test('a journey’s enrolments page newest first, without a gap or a double, across all customers', async () => {
  const world = await aWorld();
  for (let n = 0; n < 23; n++) {
    const owner = { workspace: 'acme', customer: `u:${n}` };
    const { journeyId, version } = anInput();
    const startedAt = addMs(start, Math.floor(n / 2) * 1000);
    const enrolment = {
      enrolmentId: `e${n}`,
      journeyId,
      version,
      entryKey: '',
      status: 'active',
      trigger: 'x',
      startedAt,
    } as const;
    await world.table.transact(enrolmentEntryWrites(owner, enrolment, { entries: 0 }));
  }
  const routes = shown(world, [aJourney()]);
  const seen: { customerId: string; startedAt: string }[] = [];
  let cursor: string | undefined;
  do {
    const query = { limit: '5', ...(cursor && { cursor }) };
    const page = await ask<Page<(typeof seen)[number]>>(routes, 'GET /v1/journeys/{id}/enrolments', {
      params: { id: 'welcome' },
      query,
    });
    seen.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor);
  expect(new Set(seen.map(({ customerId }) => customerId)).size).toBe(23);
  expect(seen).toHaveLength(23);
  expect(seen.map(({ startedAt }) => startedAt)).toEqual(
    seen
      .map(({ startedAt }) => startedAt)
      .sort()
      .reverse(),
  );
  const elsewhere = await ask<Page<unknown>>(routes, 'GET /v1/journeys/{id}/enrolments', {
    workspace: 'other',
    params: { id: 'welcome' },
  });
  expect(elsewhere.items).toEqual([]);
});

test('tasks of a customer who is gone are not opened', async () => {
  const world = await aWorld();
  await world.know(aProfile({ journeys: {} }));
  const waiting = waitIn(world);
  expect(await waiting(aCall(step, { token: 'token-1', enrolment: anInput(mina) }))).toEqual({ status: 'left' });
});
