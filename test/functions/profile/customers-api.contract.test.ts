import { expect, test } from 'vitest';
import { handleCustomerRoutes } from '#functions/profile/customers-api/handler.ts';
import { type ApiRequest } from '#lib/aws/http/api-function.ts';
import { dynamoTable, type Table } from '#lib/aws/table/dynamo-table.ts';
import { workspaceStore } from '#lib/ingestion/workspace/workspace-store.ts';
import { Workspace } from '#lib/model/workspace.ts';
import { type InAppPage, inAppStore } from '#lib/journey/messaging/channels/in-app-store.ts';
import { keys } from '#lib/model/keys/table-keys.ts';
import { type CustomerSummary, type CustomerView } from '#lib/profile/views/customer-view.ts';
import { newProfile, type Profile } from '#lib/model/profile.ts';
import { pointerItem, profileStore } from '#lib/profile/profile-store.ts';
import { type Timeline } from '#lib/profile/views/timeline.ts';
import { addMs } from '#lib/shared/time.ts';
import { anEngine, localClient, theTable } from '../../support/engines.ts';

const start = '2026-03-01T09:00:00.000Z';
const ada = { workspace: 'acme', customer: 'u:ada' };
const visitor = { workspace: 'acme', customer: 'a:visitor' };

async function aTable(): Promise<Table> {
  const engine = await anEngine();
  const table = dynamoTable(localClient(engine.endpoint), theTable.ref);
  await workspaceStore(table).save(Workspace.parse({ id: 'acme', name: 'Acme' }));
  return table;
}

const store = async (table: Table, who: typeof ada, more: Partial<Profile> = {}) =>
  profileStore(table).save({ profile: { ...newProfile(who, start), ...more } }, 0);

const touch = (table: Table, who: typeof ada, { n, name = 'Page Viewed' }: { n: number; name?: string }) =>
  table.put({
    ...keys.touchpoint(who, addMs(start, n * 1000), `m${n}`),
    doc: JSON.stringify({ type: 'track', name, channel: 'web', properties: {} }),
  });

async function ask<T>(table: Table, route: string, request: Partial<ApiRequest>): Promise<T> {
  const routes = handleCustomerRoutes({
    ...{ table, workspaces: workspaceStore(table), profiles: profileStore(table), inApp: inAppStore(table) },
    clock: { now: () => addMs(start, 3_600_000) },
  });
  const whole = { workspace: 'acme', params: {}, query: {}, headers: {}, body: () => undefined, ...request };
  return (await routes[route]!(whole)).body as T;
}

const timeline = (table: Table, id: string, query: Record<string, string>) =>
  ask<Timeline>(table, 'GET /v1/customers/{id}/timeline', { params: { id }, query });

async function wholeTimeline(table: Table, id: string, limit: number): Promise<Timeline['items']> {
  const items: Timeline['items'] = [];
  let cursor: string | undefined;
  do {
    const page: Timeline = await timeline(table, id, { limit: String(limit), ...(cursor && { cursor }) });
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor);
  return items;
}

test('a timeline shows the newest first and pages through every range and identity without a gap or a double', async () => {
  const table = await aTable();
  await store(table, ada, { linked: [visitor.customer] });
  for (const n of [1, 3, 5, 7, 9]) await touch(table, ada, { n });
  for (const n of [2, 4, 8]) await touch(table, visitor, { n });
  await table.put({
    ...keys.stageTransition(ada, addMs(start, 6000), 's1'),
    doc: '{"to":"decision","rule":"decision"}',
  });
  for (const limit of [1, 2, 3, 100]) {
    const items = await wholeTimeline(table, 'ada', limit);
    expect(items.map(({ kind, messageId }) => messageId ?? kind)).toEqual([
      'm9',
      'm8',
      'm7',
      'stage',
      'm5',
      'm4',
      'm3',
      'm2',
      'm1',
    ]);
  }
});

test('touchpoints of one moment are all shown, whatever the page', async () => {
  const table = await aTable();
  await store(table, ada);
  for (let i = 0; i < 7; i++)
    await table.put({
      ...keys.touchpoint(ada, start, `same-${i}`),
      doc: '{"type":"track","name":"Imported","channel":"server"}',
    });
  const ids = (await wholeTimeline(table, 'ada', 3)).map(({ messageId }) => messageId);
  expect(new Set(ids).size).toBe(7);
  expect(ids).toHaveLength(7);
});

test('a touchpoint of a source with a wrong clock is shown at its corrected time', async () => {
  const table = await aTable();
  await store(table, ada);
  await touch(table, ada, { n: 0 });
  await touch(table, ada, { n: 1 });
  await table.put({ ...keys.clockSkew(ada, start, 'm0'), skew: 3600 });
  const items = await wholeTimeline(table, 'ada', 10);
  expect(items.map(({ messageId, at }) => [messageId, at])).toEqual([
    ['m0', '2026-03-01T10:00:00.000Z'],
    ['m1', '2026-03-01T09:00:01.000Z'],
  ]);
});

test('a timeline shows instants where an older version stored a correction of the year 9999', async () => {
  const table = await aTable();
  await store(table, ada);
  await touch(table, ada, { n: 0 });
  await table.put({ ...keys.clockSkew(ada, start, 'm0'), skew: -251_600_000_000 });
  const doc = JSON.stringify({ to: 'decision', rule: 'decision' });
  await table.put({ ...keys.stageTransition(ada, '-005946-05-03T12:00:00.000Z', 'm0'), doc });
  const items = await wholeTimeline(table, 'ada', 10);
  expect(items.map(({ kind, at }) => [kind, at])).toEqual([
    ['touchpoint', start],
    ['stage', '0000-01-01T00:00:00.000Z'],
  ]);
});

test('a cursor that is not ours and a limit out of range are refused', async () => {
  const table = await aTable();
  await store(table, ada);
  await expect(timeline(table, 'ada', { cursor: 'junk' })).rejects.toMatchObject({ code: 'cursor.invalid' });
  for (const limit of ['0', '101', 'many', '1.5'])
    await expect(timeline(table, 'ada', { limit })).rejects.toMatchObject({ code: 'limit.invalid' });
});

test('an anonymous id that was linked answers with the customer it belongs to', async () => {
  const table = await aTable();
  await store(table, ada, { linked: [visitor.customer] });
  await table.put(pointerItem(visitor, ada, 2));
  const view = await ask<CustomerView>(table, 'GET /v1/customers/{id}', { params: { id: 'visitor' } });
  expect(view).toMatchObject({ customerId: 'ada', anonymous: false, linked: ['visitor'] });
});

test('an id that was linked as a user’s and as a visitor’s is told once', async () => {
  const table = await aTable();
  await store(table, ada, { linked: ['u:visitor', visitor.customer] });
  const view = await ask<CustomerView>(table, 'GET /v1/customers/{id}', { params: { id: 'ada' } });
  expect(view.linked).toEqual(['visitor']);
});

test('a customer of another workspace is as unknown as nobody', async () => {
  const table = await aTable();
  await store(table, { ...ada, workspace: 'other' });
  for (const id of ['ada', 'nobody'])
    await expect(ask(table, 'GET /v1/customers/{id}', { params: { id } })).rejects.toMatchObject({
      status: 404,
      code: 'customer.unknown',
    });
});

test('customers of a stage are listed page by page, each once, and only of that stage and workspace', async () => {
  const table = await aTable();
  const at = (id: string, stage: string, workspace = 'acme') =>
    store(table, { workspace, customer: `u:${id}` }, { stage: { id: stage, since: start, rule: stage } });
  for (let i = 0; i < 9; i++) await at(`c${i}`, 'retention');
  await at('elsewhere', 'decision');
  await at('foreign', 'retention', 'other');
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const query = { stage: 'retention', limit: '2', ...(cursor && { cursor }) };
    const page = await ask<{ items: CustomerSummary[]; nextCursor?: string }>(table, 'GET /v1/customers', { query });
    seen.push(...page.items.map(({ customerId }) => customerId));
    cursor = page.nextCursor;
  } while (cursor);
  expect(seen.sort()).toEqual(Array.from({ length: 9 }, (_, i) => `c${i}`));
});

test('messages inside the app are listed over all identities, unseen first, and seen once', async () => {
  const table = await aTable();
  await store(table, ada, { linked: [visitor.customer] });
  const keep = (who: typeof ada, messageId: string, seconds: number) =>
    inAppStore(table).keep(who, {
      ...{ messageId, journeyId: 'onboarding', stepId: 'Tip', at: addMs(start, seconds * 1000), body: messageId },
    });
  await keep(ada, 'old', 1);
  await keep(visitor, 'newer', 2);
  await keep(ada, 'newest', 3);
  const params = { id: 'ada' };
  const list = () =>
    ask<{ items: { messageId: string }[]; unseen: number }>(table, 'GET /v1/customers/{id}/in-app', { params });
  const ids = async () => (await list()).items.map(({ messageId }) => messageId);
  expect(await ids()).toEqual(['newest', 'newer', 'old']);
  const see = (messageId: string) =>
    ask(table, 'POST /v1/customers/{id}/in-app/{messageId}/seen', { params: { ...params, messageId } });
  const seen = { messageId: 'newer', seenAt: addMs(start, 3_600_000) };
  expect([await see('newer'), await see('newer')]).toEqual([seen, seen]);
  expect(await ids()).toEqual(['newest', 'old', 'newer']);
  expect((await list()).unseen).toBe(2);
  await expect(see('other')).rejects.toMatchObject({ code: 'message.unknown' });
});

test('messages inside the app are listed page by page, each once; one of them seen meanwhile leaves none out', async () => {
  const table = await aTable();
  await store(table, ada);
  const inApp = inAppStore(table);
  for (let n = 0; n < 7; n++)
    await inApp.keep(ada, { messageId: `m${n}`, journeyId: 'onboarding', stepId: 'Tip', at: start, body: 'Hello' });
  const listed: string[] = [];
  let cursor: string | undefined;
  do {
    const query = { limit: '3', ...(cursor && { cursor }) };
    const page = await ask<InAppPage>(table, 'GET /v1/customers/{id}/in-app', { params: { id: 'ada' }, query });
    listed.push(...page.items.map(({ messageId }) => messageId));
    if (!cursor) await inApp.seen([ada], 'm0', start);
    cursor = page.nextCursor;
  } while (cursor);
  expect(listed).toEqual(['m6', 'm5', 'm4', 'm3', 'm2', 'm1', 'm0']);
});

test('an id longer than any key is as unknown as any other', async () => {
  const table = await aTable();
  await store(table, ada);
  const ask404 = (route: string, params: Record<string, string>) =>
    expect(ask(table, route, { params })).rejects.toMatchObject({ kind: 'notFound' });
  await ask404('GET /v1/customers/{id}', { id: 'x'.repeat(3_000) });
  await ask404('GET /v1/customers/{id}/timeline', { id: '한'.repeat(700) });
  await ask404('POST /v1/customers/{id}/in-app/{messageId}/seen', { id: 'ada', messageId: 'x'.repeat(1_020) });
});
