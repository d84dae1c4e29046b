import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { dynamoTable } from '../../lib/aws/table/dynamo-table.ts';
import { parseApiKey } from '../../lib/ingestion/workspace/api-key.ts';
import { workspaceStore } from '../../lib/ingestion/workspace/workspace-store.ts';
import { Workspace } from '../../lib/model/workspace.ts';
import { localAccess } from './engines/create-tables.ts';

/** The one workspace of a local run and the keys that open it. They exist nowhere else. */
export const localKeys = { workspace: 'local', write: 'wk_local', secret: 'sk_local' } as const;

/** Makes the workspace and its keys. Settings that were changed since stay as they are. */
export async function seed(endpoint: string, tableName: string, workspace: Partial<Workspace> = {}): Promise<void> {
  const client = new DynamoDBClient({ endpoint, ...localAccess });
  try {
    const workspaces = workspaceStore(dynamoTable(client, tableName));
    if (await workspaces.settings(localKeys.workspace)) return;
    for (const text of [localKeys.write, localKeys.secret]) {
      const key = parseApiKey(text);
      if (key) await workspaces.addKey(key);
    }
    // Last: it is what tells that all is there.
    await workspaces.save(Workspace.parse({ name: 'Local', ...workspace, id: localKeys.workspace }));
  } finally {
    client.destroy();
  }
}
