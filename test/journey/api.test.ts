import { expect, test } from 'vitest';
import { journeyRoutes } from '../../functions/journey/journeys/handler.ts';
import { taskRoutes } from '../../functions/journey/tasks/handler.ts';
import { wait } from '../../functions/journey/wait/handler.ts';
import { type ApiRequest, type ApiRoutes } from '../../lib/aws/http.ts';
import { JourneyDraft } from '../../lib/journey/definition.ts';
import { diff } from '../../lib/journey/diff.ts';
import { entryWrites } from '../../lib/journey/enrolment-store.ts';
import { journeyStore } from '../../lib/journey/journey-store.ts';
import { publishStore } from '../../lib/journey/publish-store.ts';
import { shippedJourneys } from '../../lib/journey/shipped.ts';
import { statsStore } from '../../lib/journey/stats-store.ts';
import { type TaskView } from '../../lib/journey/task.ts';
import { plus } from '../../lib/time.ts';
import { aCall, aJourney, anInput, aProfile, aSend, mina, start } from './given.ts';
import { aWorld, type World } from './world.ts';

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

async function withTask() {
  const world = await aWorld();
  await world.know(aProfile());
  const waiting = wait({ ...world, touchpointsSince: () => Promise.resolve([]) });
  const open = (token: string) => waiting(aCall(step, { token, stepId: 'Ask' }));
  await open('token-1');
  const { items } = await ask<Page<TaskView>>(taskRoutes(world), 'GET /v1/tasks');
  return { world, open, items, taskId: items[0]!.taskId };
}

interface Answering {
  taskId: string;
  answer: unknown;
  workspace?: string;
}

const answer = (world: World, { taskId, answer: given, ...more }: Answering) =>
  ask(taskRoutes(world), 'POST /v1/tasks/{id}', { params: { id: taskId }, body: () => ({ answer: given }), ...more });

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
      until: plus(start, 86_400_000),
    },
  ]);
  expect(await answer(world, { taskId, answer: 'yes' })).toEqual({ taskId, status: 'closed', answer: 'yes' });
  expect(world.resumed).toEqual([{ token: 'token-1', output: { answer: 'yes' } }]);
  await expect(answer(world, { taskId, answer: 'no' })).rejects.toMatchObject(conflict);
  expect(await answer(world, { taskId, answer: 'yes' })).toMatchObject({ answer: 'yes' });
  expect(world.resumed).toHaveLength(1);
  expect((await ask<Page<TaskView>>(taskRoutes(world), 'GET /v1/tasks')).items).toEqual([]);
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
  const late = { ...world, clock: { now: () => plus(start, 86_400_000) } };
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
  expect((await ask<Page<TaskView>>(taskRoutes(world), 'GET /v1/tasks', { workspace: 'other' })).items).toEqual([]);
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
const shown = (world: World, shipped = shippedJourneys) =>
  journeyRoutes({
    ...world,
    shipped,
    journeys: journeyStore(world.table, { clock: world.clock, shipped }),
    drafts: publishStore(world.table),
    stats: statsStore(world.table),
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

const { version: _version, ...welcome } = aJourney();
const params = { id: 'welcome' };

/** Writes a draft; `headers` are the preconditions. */
async function put(routes: ApiRoutes, headers: Record<string, string> = {}, draft: unknown = welcome) {
  const request = { workspace: 'acme', params, query: {}, headers, body: () => draft };
  return routes['PUT /v1/journeys/{id}']!(request);
}

test('a draft is written over the one that was read, and over no other', async () => {
  const routes = shown(await aWorld());
  const first = await put(routes);
  expect(first).toMatchObject({ status: 201, headers: { etag: '"1"' }, body: { faults: [] } });
  await expect(put(routes)).rejects.toMatchObject({ status: 428, facts: { etag: '"1"' } });
  await expect(put(routes, { 'if-match': '"7"' })).rejects.toMatchObject({ status: 412 });
  await expect(put(routes, { 'if-none-match': '*' })).rejects.toMatchObject({ status: 412 });
  expect(await put(routes, { 'if-match': '"1"' })).toMatchObject({ status: 200, headers: { etag: '"2"' } });
  const read = await routes['GET /v1/journeys/{id}']!({
    workspace: 'acme',
    params,
    query: {},
    headers: {},
    body: () => undefined,
  });
  expect(read).toMatchObject({ headers: { etag: '"2"' }, body: { state: 'draft', draft: { etag: '"2"' } } });
});

test('there is nothing to match before the first draft; a new one may ask to be the first', async () => {
  const routes = shown(await aWorld());
  await expect(put(routes, { 'if-match': '"1"' })).rejects.toMatchObject({ status: 412 });
  expect(await put(routes, { 'if-none-match': '*' })).toMatchObject({ status: 201 });
});

test('of two drafts written over the same one, one stands', async () => {
  const routes = shown(await aWorld());
  await put(routes);
  const both = await Promise.allSettled([put(routes, { 'if-match': '"1"' }), put(routes, { 'if-match': '"1"' })]);
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
});

test('a draft with faults is kept and told of them; what is no definition is refused', async () => {
  const routes = shown(await aWorld());
  const lost = { ...welcome, steps: { ...welcome.steps, Lost: { kind: 'exit' } } };
  expect(await put(routes, {}, lost)).toMatchObject({ body: { faults: [{ code: 'unreachable-step' }] } });
  await expect(put(routes, { 'if-match': '"1"' }, { ...welcome, start: 7 })).rejects.toMatchObject({
    status: 400,
    code: 'journey.invalid',
  });
  await expect(put(routes, { 'if-match': '"1"' }, { ...welcome, id: 'other' })).rejects.toMatchObject({ status: 400 });
});

test('a draft of a shipped journey is shown beside what is live, and as what it would change', async () => {
  const routes = shown(await aWorld(), [aJourney()]);
  await put(routes, {}, { ...welcome, steps: { ...welcome.steps, Hello: aSend({ late: 'skip' }) } });
  expect(await ask(routes, 'GET /v1/journeys/{id}', { params })).toMatchObject({
    state: 'live',
    version: 1,
    draft: {},
  });
  expect(await ask(routes, 'GET /v1/journeys/{id}/diff', { params })).toMatchObject({
    from: '1',
    to: 'draft',
    steps: {
      added: [],
      removed: [],
      changed: [{ step: 'Hello', fields: [{ path: 'late', from: 'send', to: 'skip' }] }],
    },
    entry: [],
    words: ['Step “Hello”: late is “skip” instead of “send”'],
  });
  expect(await ask(routes, 'GET /v1/journeys/{id}/versions', { params })).toEqual({
    items: [{ version: 1, weight: 100, status: 'deployed' }],
  });
  const version = { params: { ...params, version: '1' } };
  expect(await ask(routes, 'GET /v1/journeys/{id}/versions/{version}', version)).toMatchObject({
    definition: { id: 'welcome' },
  });
});

test('a difference names steps that come and go, the entry and everything else', () => {
  const to = {
    ...welcome,
    entry: { ...welcome.entry, reentry: 'always' as const },
    exit: undefined,
    steps: { Hi: aSend(), Done: { kind: 'exit', outcome: 'read' } },
  };
  const { steps, entry, journey, words } = diff(welcome, JourneyDraft.parse({ ...to, start: 'Hi' }));
  expect(steps).toMatchObject({ added: ['Hi'], removed: ['Hello'], changed: [{ step: 'Done' }] });
  expect(entry).toEqual([{ path: 'reentry', from: 'never', to: 'always' }]);
  expect(journey.map(({ path }) => path).sort()).toEqual(['exit', 'start']);
  expect(words).toContain('Journey: exit is gone; it was {"event":"Order Completed"}');
  expect(diff(welcome, welcome).words).toEqual([]);
});

test('a journey’s enrolments page newest first, without a gap or a double, across all customers', async () => {
  const world = await aWorld();
  for (let n = 0; n < 23; n++) {
    const owner = { workspace: 'acme', customer: `u:${n}` };
    const { journeyId, version } = anInput();
    const startedAt = plus(start, Math.floor(n / 2) * 1000);
    const enrolment = {
      enrolmentId: `e${n}`,
      journeyId,
      version,
      entryKey: '',
      status: 'active',
      trigger: 'x',
      startedAt,
    } as const;
    await world.table.transact(entryWrites(owner, enrolment, { entries: 0 }));
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
  const waiting = wait({ ...world, touchpointsSince: () => Promise.resolve([]) });
  expect(await waiting(aCall(step, { token: 'token-1', enrolment: anInput(mina) }))).toEqual({ status: 'left' });
});
