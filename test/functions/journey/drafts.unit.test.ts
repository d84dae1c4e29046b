import { expect, test } from 'vitest';
import { handleJourneyRoutes } from '#functions/journey/journeys-api/handler.ts';
import { type ApiRequest, type ApiRoutes } from '#lib/aws/http/api-function.ts';
import { placementStore } from '#lib/decision/placements/placement-store.ts';
import { workspaceStore } from '#lib/ingestion/workspace/workspace-store.ts';
import { JourneyDraft } from '#lib/journey/definition/journey-definition.ts';
import { diffDefinitions } from '#lib/journey/api/definition-diff.ts';
import { journeyStore } from '#lib/journey/publishing/journey-store.ts';
import { publishStore } from '#lib/journey/publishing/version-store.ts';
import { segmentStore } from '#lib/segment/segment-store.ts';
import { statsStore } from '#lib/journey/insight/journey-stats-store.ts';
import { anExperiment } from '../../journey/validation/validation-examples.ts';
import { aJourney, aSend } from '../../journey/journey-examples.ts';
import { aWorld, type World } from '../../journey/journey-world.ts';

const ask = async (routes: ApiRoutes, route: string, more: Partial<ApiRequest> = {}): Promise<unknown> => {
  const request = { workspace: 'acme', params: {}, query: {}, headers: {}, body: () => undefined, ...more };
  return (await routes[route]!(request)).body;
};

/** The journeys API over a table, with these journeys deployed. */
const shown = (world: World, shipped = [] as ReturnType<typeof aJourney>[]) =>
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

test('of what a step lacks one is told that it is missing, also where it may be one of many things', async () => {
  const routes = shown(await aWorld());
  const { goal: _goal, ...aimless } = anExperiment();
  const { purpose: _purpose, ...thoughtless } = aSend();
  const steps = { ...welcome.steps, Hello: aimless, Short: thoughtless };
  await expect(put(routes, {}, { ...welcome, steps })).rejects.toMatchObject({
    facts: {
      issues: [
        { path: 'steps.Hello.goal', message: 'Invalid input: nothing stands there' },
        { path: 'steps.Short.purpose', message: expect.stringContaining('transactional') as string },
      ],
    },
  });
});

test('a draft is checked against the stages, segments and placements of its workspace', async () => {
  const world = await aWorld();
  const segments = segmentStore(world.table, world.clock);
  await segments.save('acme', { id: 'vip', predicate: { did: 'Order Completed', atLeast: 5 }, rev: 0 });
  const entry = {
    triggers: [{ segmentJoined: ['vips'] }, { stageEntered: ['retention'] }],
    exclude: { segment: ['vip'] },
  };
  const decide = { kind: 'decide', placement: 'win-bakc', next: 'Done' };
  const put1 = put(shown(world), {}, { ...welcome, entry, steps: { ...welcome.steps, Hello: decide } });
  expect(((await put1).body as { faults: unknown[] }).faults).toMatchObject([
    { code: 'unknown-segment', place: 'entry.triggers.0', severity: 'warning' },
    { code: 'unknown-placement', place: 'steps.Hello.placement', severity: 'warning' },
  ]);
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
  const { steps, entry, journey, words } = diffDefinitions(welcome, JourneyDraft.parse({ ...to, start: 'Hi' }));
  expect(steps).toMatchObject({ added: ['Hi'], removed: ['Hello'], changed: [{ step: 'Done' }] });
  expect(entry).toEqual([{ path: 'reentry', from: 'never', to: 'always' }]);
  expect(journey.map(({ path }) => path).sort()).toEqual(['exit', 'start']);
  expect(words).toContain('Journey: exit is gone; it was {"event":"Order Completed"}');
  expect(diffDefinitions(welcome, welcome).words).toEqual([]);
});
