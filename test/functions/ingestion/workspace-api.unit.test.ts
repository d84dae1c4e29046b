import { expect, test } from 'vitest';
import { handleWorkspaceRoutes } from '#functions/ingestion/workspace-api/handler.ts';
import { type ApiRequest } from '#lib/aws/http/api-function.ts';
import { Workspace } from '#lib/model/workspace.ts';

/** The routes over one remembered workspace, called with the key of workspace `shop`. */
function shop() {
  const kept = new Map<string, { workspace: Workspace; rev: number }>();
  const workspaces = {
    current: async (id: string) => kept.get(id),
    save: async (workspace: Workspace, rev = 0) => {
      kept.set(workspace.id, { workspace, rev: rev + 1 });
      return true;
    },
  };
  const secrets = { current: async () => [secret], rotate: async () => [{ ...secret, secret: 'whsec_bmV3' }, secret] };
  const routes = handleWorkspaceRoutes(workspaces, secrets);
  const call = async (route: string, body?: unknown) => {
    const request = { workspace: 'shop', params: {}, query: {}, headers: {}, body: () => body };
    return (await routes[route]!(request satisfies ApiRequest)).body;
  };
  return { call, kept };
}

const secret = { secret: 'whsec_b2xk', since: '2026-03-02T10:00:00.000Z' };

const settings = { name: 'Shop', timezone: 'Asia/Seoul', stageModel: 'growth' };

test('what was put is what is there', async () => {
  const { call } = shop();
  const put = await call('PUT /v1/workspace', settings);
  expect(put).toEqual(Workspace.parse({ id: 'shop', ...settings }));
  expect(await call('GET /v1/workspace')).toEqual(put);
  expect(await call('PUT /v1/workspace', put)).toEqual(put);
});

test('a workspace may write its own stages', async () => {
  const label = { en: 'New', ko: '신규' };
  const stageModel = { id: 'mine', label, stages: [{ id: 'new', label, entry: { did: 'Signed Up' } }] };
  expect(await shop().call('PUT /v1/workspace', { name: 'Shop', stageModel })).toMatchObject({ stageModel });
});

test('each fault is named by its path', async () => {
  const label = { en: 'New', ko: '신규' };
  const stages = [{ id: 'new', label, entry: { all: [{ did: 'x', atLeats: 2 }] } }];
  const wrong = {
    name: '',
    timezone: 'Mars',
    caps: [{ max: 0, within: '3d' }],
    stageModel: { id: 'm', label, stages },
  };
  const put = shop().call('PUT /v1/workspace', { ...wrong, quietHour: {} });
  await expect(put).rejects.toMatchObject({ code: 'workspace.invalid' });
  const facts: unknown = await put.catch((error: unknown) => (error as { facts: unknown }).facts);
  expect(facts).toMatchObject({
    issues: expect.arrayContaining([
      expect.objectContaining({ path: 'name' }),
      expect.objectContaining({ path: 'timezone', message: 'an IANA time zone: "Asia/Seoul"' }),
      expect.objectContaining({ path: 'caps[0].max' }),
      expect.objectContaining({ path: 'stageModel.stages[0].entry.all[0]' }),
      expect.objectContaining({ path: '', message: 'Unrecognized key: "quietHour"' }),
    ]) as unknown,
  });
});

test("another workspace's settings cannot be put with this one's key", async () => {
  const { call, kept } = shop();
  await expect(call('PUT /v1/workspace', { ...settings, id: 'other' })).rejects.toMatchObject({
    code: 'workspace.invalid',
  });
  expect(kept.size).toBe(0);
});

test('a workspace without settings is not there', async () => {
  await expect(shop().call('GET /v1/workspace')).rejects.toMatchObject({ code: 'workspace.unknown' });
});

test('the secret of webhooks is told, and a new one is made', async () => {
  const { call } = shop();
  expect(await call('GET /v1/workspace/webhook-secret')).toEqual({ secrets: [secret] });
  expect(await call('POST /v1/workspace/webhook-secret/rotate')).toMatchObject({
    secrets: [{ secret: 'whsec_bmV3' }, secret],
  });
});
