import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type Table, dynamoTable } from '../../lib/aws/table/dynamo-table.ts';
import { type KeyKind, parseApiKey } from '../../lib/ingestion/workspace/api-key.ts';
import { type WorkspaceStore, workspaceStore } from '../../lib/ingestion/workspace/workspace-store.ts';
import { WorkspaceId } from '../../lib/model/customer.ts';
import { Workspace } from '../../lib/model/workspace.ts';
import { keys } from '../../lib/model/keys/table-keys.ts';

const usage = `npm run workspace -- create <id> [--name <name>] [--timezone <IANA zone>]   a workspace and its first keys
npm run workspace -- keys <id>                                             another pair of keys
npm run workspace -- revoke <key>                                          makes a key worthless
Options: --env dev|staging|prod (dev), --table <name> (throughline-<env>). Account and region are those of your AWS profile.`;

/** 192 random bits cannot be guessed. Hexadecimal, so that a double click selects the whole key. */
const newKey = (kind: KeyKind, workspace: string): string =>
  `${kind === 'write' ? 'wk' : 'sk'}_${workspace}_${randomBytes(24).toString('hex')}`;

/**
 * Creates a key of each kind and returns them. The table stores hashes only, so this is the one
 * time they can be shown.
 */
async function addKeys(workspaces: WorkspaceStore, workspace: string): Promise<Record<KeyKind, string>> {
  const made = { write: newKey('write', workspace), secret: newKey('secret', workspace) };
  for (const text of Object.values(made)) {
    const key = parseApiKey(text);
    if (key) await workspaces.addKey(key);
  }
  return made;
}

const show = ({ write, secret }: Record<KeyKind, string>): string =>
  `write key   ${write}\nsecret key  ${secret}\nThey are shown this once: the table keeps their hashes.`;

export interface AdminCommand {
  action: string;
  subject: string;
  name?: string;
  timezone?: string;
}

/**
 * Runs a command and returns the text to print. Throws for an existing workspace (`create`), an
 * unknown one (`keys`) and an invalid key. After a crash of `create` unused keys may stay without a
 * workspace; run it again.
 */
export async function administer(table: Table, { action, subject, ...settings }: AdminCommand): Promise<string> {
  const workspaces = workspaceStore(table);
  if (action === 'revoke') {
    const key = parseApiKey(subject);
    if (!key) throw new Error('that is no key: wk_<workspace>_… or sk_<workspace>_…');
    await table.transact([{ delete: keys.apiKey(key.workspace, key.hash) }]);
    return `${key.kind} key of ${key.workspace} revoked: it is refused everywhere within a minute`;
  }
  const id = WorkspaceId.parse(subject);
  const known = await workspaces.settings(id);
  if (action === 'create') {
    if (known) throw new Error(`${id} exists: \`keys ${id}\` makes more keys`);
    const made = await addKeys(workspaces, id);
    if (!(await workspaces.save(Workspace.parse({ name: id, ...settings, id }))))
      throw new Error(`${id} exists: it was made at the same time`);
    return `workspace   ${id}\n${show(made)}`;
  }
  if (action !== 'keys') throw new Error(usage);
  if (!known) throw new Error(`there is no workspace ${id}: \`create ${id}\` makes it`);
  return show(await addKeys(workspaces, id));
}

async function main(): Promise<void> {
  const options = {
    env: { type: 'string', default: 'dev' },
    table: { type: 'string' },
    name: { type: 'string' },
    timezone: { type: 'string' },
  } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const { env, table = `throughline-${env}`, name, timezone } = values;
  const [action, subject] = positionals;
  if (!action || !subject) throw new Error(usage);
  const command = { action, subject, ...(name && { name }), ...(timezone && { timezone }) };
  console.log(await administer(dynamoTable(new DynamoDBClient({}), table), command));
}

if (import.meta.main)
  await main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
