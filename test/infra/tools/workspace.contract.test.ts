import { expect, test } from 'vitest';
import { administer } from '#infra/tools/workspace.ts';
import { dynamoTable } from '#lib/aws/table/dynamo-table.ts';
import { workspaceStore } from '#lib/ingestion/workspace/workspace-store.ts';
import { anEngine, localClient, theTable } from '../../support/engines.ts';

async function anEmptyTable() {
  const { endpoint } = await anEngine();
  return dynamoTable(localClient(endpoint), theTable.ref);
}

const keysIn = (text: string) => ({ write: /wk_\S+/.exec(text)![0], secret: /sk_\S+/.exec(text)![0] });

test('a new workspace has two keys that open it, and its settings', async () => {
  const table = await anEmptyTable();
  const told = await administer(table, { action: 'create', subject: 'acme', timezone: 'Asia/Seoul' });
  const { write, secret } = keysIn(told);
  const workspaces = workspaceStore(table);
  expect(await workspaces.open('write', write)).toBe('acme');
  expect(await workspaces.open('secret', secret)).toBe('acme');
  expect(await workspaces.open('secret', write)).toBeUndefined();
  expect(await workspaces.settings('acme')).toMatchObject({ id: 'acme', name: 'acme', timezone: 'Asia/Seoul' });
});

test('the table knows no key, only hashes', async () => {
  const table = await anEmptyTable();
  const { write, secret } = keysIn(await administer(table, { action: 'create', subject: 'acme' }));
  const rows = JSON.stringify(await table.query('acme#workspace'));
  expect(rows).not.toContain(write);
  expect(rows).not.toContain(secret);
});

test('a workspace is made once', async () => {
  const table = await anEmptyTable();
  await administer(table, { action: 'create', subject: 'acme' });
  await expect(administer(table, { action: 'create', subject: 'acme' })).rejects.toThrow('acme exists');
});

test('more keys open it, too; a revoked one no longer', async () => {
  const table = await anEmptyTable();
  const first = keysIn(await administer(table, { action: 'create', subject: 'acme' }));
  const second = keysIn(await administer(table, { action: 'keys', subject: 'acme' }));
  await administer(table, { action: 'revoke', subject: first.secret });
  const workspaces = workspaceStore(table);
  expect(await workspaces.open('secret', first.secret)).toBeUndefined();
  expect(await workspaces.open('secret', second.secret)).toBe('acme');
  expect(await workspaces.open('write', first.write)).toBe('acme');
});

test.each([
  [{ action: 'keys', subject: 'nobody' }, 'there is no workspace nobody'],
  [{ action: 'create', subject: 'Not An Id' }, ''],
  [{ action: 'revoke', subject: 'nonsense' }, 'that is no key'],
  [{ action: 'destroy', subject: 'acme' }, 'npm run workspace'],
])('%j is refused', async (command, why) => {
  await expect(administer(await anEmptyTable(), command)).rejects.toThrow(why);
});
