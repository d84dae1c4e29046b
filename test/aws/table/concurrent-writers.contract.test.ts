import { describe, expect, test } from 'vitest';
import { handlePlacementRoutes } from '#functions/decision/placements-api/handler.ts';
import { handleWorkspaceRoutes } from '#functions/ingestion/workspace-api/handler.ts';
import { handleSegmentRoutes } from '#functions/segment/segments-api/handler.ts';
import { type ApiResponse, type ApiRoutes } from '#lib/aws/http/api-function.ts';
import { dynamoTable, type Table } from '#lib/aws/table/dynamo-table.ts';
import { placementStore } from '#lib/decision/placements/placement-store.ts';
import { policyStore } from '#lib/decision/policies/policy-store.ts';
import { deployedPlacements } from '#lib/decision/placements/deployed-placements.ts';
import { workspaceStore } from '#lib/ingestion/workspace/workspace-store.ts';
import { type Key, keys } from '#lib/model/keys/table-keys.ts';
import { createMembershipIndex } from '#lib/segment/membership-index.ts';
import { segmentStore } from '#lib/segment/segment-store.ts';
import { profileStore } from '#lib/profile/profile-store.ts';
import { anEngine, localClient, theTable } from '../../support/engines.ts';

const clock = { now: () => '2026-03-01T09:00:00.000Z' };
const bus = { put: () => Promise.resolve([]) };
const label = { en: 'Label', ko: '이름' };
const shipped = deployedPlacements.get('win-back')!;

/** A kind of document: its routes, a document for any number, and where it lies. */
interface Kind {
  routes: (table: Table) => ApiRoutes;
  path: string;
  document: (n: number) => object;
  key: Key;
}

const kinds: Record<string, Kind> = {
  workspace: {
    routes: (table) =>
      handleWorkspaceRoutes(workspaceStore(table), {
        current: () => Promise.resolve([]),
        rotate: () => Promise.resolve([]),
      }),
    path: '/v1/workspace',
    document: (n) => ({ name: `Shop ${n}` }),
    key: keys.workspace('acme'),
  },
  segment: {
    routes: (table) =>
      handleSegmentRoutes({
        ...{
          segments: segmentStore(table, clock),
          profiles: profileStore(table),
          directory: createMembershipIndex(table),
        },
        ...{ bus, clock },
      }),
    path: '/v1/segments/{id}',
    document: (n) => ({ predicate: { did: 'Order Completed', atLeast: n } }),
    key: keys.segment('acme', 'mine'),
  },
  placement: {
    routes: (table) =>
      handlePlacementRoutes({
        ...{ placements: placementStore(table, clock, 0), policies: policyStore(table, clock, 0) },
        ...{ stats: () => Promise.resolve({}), bus, clock },
      }),
    path: '/v1/placements/{id}',
    document: (n) => ({ ...shipped, id: 'mine', label: { ...label, en: `Label ${n}` } }),
    key: keys.placement('acme', 'mine'),
  },
};

async function aDocument({ routes, path, document, key }: Kind) {
  const table = dynamoTable(localClient((await anEngine()).endpoint), theTable.ref);
  const all = routes(table);
  const ask = (method: string, body?: object, headers: Record<string, string> = {}): Promise<ApiResponse> =>
    all[`${method} ${path}`]!({ workspace: 'acme', params: { id: 'mine' }, query: {}, headers, body: () => body });
  const put = (n: number, headers?: Record<string, string>) => ask('PUT', document(n), headers);
  const etag = async () => (await ask('GET')).headers?.etag ?? '';
  /** The row as versions before revisions were counted wrote it. */
  const forgetRevision = async () => {
    const { doc, listPk, listSk } = (await table.get(key))!;
    const item = { ...key, doc, listPk, listSk };
    await table.put(item);
  };
  return { ask, put, etag, forgetRevision };
}

const statusesOf = async (writes: Promise<ApiResponse>[]): Promise<number[]> => {
  const ended = await Promise.allSettled(writes);
  return ended
    .map((end) => (end.status === 'fulfilled' ? 200 : (end.reason as { status: number }).status))
    .sort((a, b) => a - b);
};

describe.each(Object.entries(kinds))('a %s', (_name, kind) => {
  test('that was read is written over with its ETag, and not with an older one', async () => {
    const { put, etag } = await aDocument(kind);
    await put(1);
    const read = await etag();
    const { headers } = await put(2, { 'if-match': read });
    expect(headers?.etag).toBe(await etag());
    expect(headers?.etag).not.toBe(read);
    await expect(put(3, { 'if-match': read })).rejects.toMatchObject({ status: 412, code: 'document.changed' });
    await expect(put(3, { 'if-none-match': '*' })).rejects.toMatchObject({ status: 412 });
  });

  test('that is not there is made with If-None-Match, and matches nothing', async () => {
    const { put } = await aDocument(kind);
    await expect(put(1, { 'if-match': '*' })).rejects.toMatchObject({ status: 412 });
    expect((await put(1, { 'if-none-match': '*' })).headers).toHaveProperty('etag');
  });

  test('of eight writers that read the same, one writes and the others are refused', async () => {
    const { put, etag } = await aDocument(kind);
    await put(1);
    const read = await etag();
    const writes = [2, 3, 4, 5, 6, 7, 8, 9].map((n) => put(n, { 'if-match': read }));
    expect(await statusesOf(writes)).toEqual([200, 412, 412, 412, 412, 412, 412, 412]);
  });

  test('of writers without preconditions none overwrites another that it did not see, and later ones are taken', async () => {
    const { put, etag } = await aDocument(kind);
    await put(1);
    const before = await etag();
    const statuses = await statusesOf([2, 3, 4, 5].map((n) => put(n)));
    expect(new Set(statuses)).toEqual(new Set([200, 409]));
    const written = statuses.filter((status) => status === 200).length;
    expect(Number(JSON.parse(await etag())) - Number(JSON.parse(before))).toBe(written);
    await put(6);
  });

  test('that is put again as it is stays as it is, also under the ETag it had before', async () => {
    const { put, etag } = await aDocument(kind);
    await put(1);
    const read = await etag();
    await put(2, { 'if-match': read });
    const written = await etag();
    expect((await put(2, { 'if-match': read })).headers).toEqual({ etag: written });
    expect(await etag()).toBe(written);
  });

  test('that an earlier version wrote has an ETag too', async () => {
    const { put, etag, forgetRevision } = await aDocument(kind);
    await put(1);
    if (kind.path.includes('segments')) return; // always counted
    await forgetRevision();
    const read = await etag();
    const writes = [2, 3].map((n) => put(n, { 'if-match': read }));
    expect(await statusesOf(writes)).toEqual([200, 412]);
  });
});

test('a shipped placement has an ETag, and is replaced by who has read it', async () => {
  const { routes } = kinds.placement!;
  const table = dynamoTable(localClient((await anEngine()).endpoint), theTable.ref);
  const ask = (method: string, headers: Record<string, string>) =>
    routes(table)[`${method} /v1/placements/{id}`]!({
      ...{ workspace: 'acme', params: { id: 'win-back' }, query: {}, headers },
      body: () => ({ ...shipped, label }),
    });
  const { headers } = await ask('GET', {});
  const seen = { 'if-match': headers?.etag ?? '' };
  await ask('PUT', seen);
  await expect(
    routes(table)['PUT /v1/placements/{id}']!({
      ...{ workspace: 'acme', params: { id: 'win-back' }, query: {}, headers: seen },
      body: () => shipped,
    }),
  ).rejects.toMatchObject({ status: 412 });
});

test('a segment is deleted by who has seen it as it is, and once', async () => {
  const { ask, put, etag } = await aDocument(kinds.segment!);
  await put(1);
  const read = await etag();
  await put(2);
  await expect(ask('DELETE', undefined, { 'if-match': read })).rejects.toMatchObject({ status: 412 });
  await ask('DELETE', undefined, { 'if-match': await etag() });
  await expect(ask('DELETE')).rejects.toMatchObject({ status: 404, code: 'segment.unknown' });
});
