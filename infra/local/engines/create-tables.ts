import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  DynamoDBClient,
  ResourceNotFoundException,
  type TableDescription,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { type StackTemplate } from '../template/template.ts';

type TableResource = StackTemplate['tables'][number];

/** Region and credentials for local engines. Any constant values work. */
export const localAccess = { region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };

async function describe(client: DynamoDBClient, TableName: string): Promise<TableDescription | undefined> {
  try {
    return (await client.send(new DescribeTableCommand({ TableName }))).Table;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

interface Shape {
  KeySchema?: { AttributeName: string | undefined }[] | undefined;
  GlobalSecondaryIndexes?: { IndexName?: string | undefined }[] | undefined;
  LocalSecondaryIndexes?: { IndexName?: string | undefined }[] | undefined;
}

/** Keys and indexes of a table, which cannot be changed without a backfill. */
const shapeOf = ({ KeySchema, GlobalSecondaryIndexes = [], LocalSecondaryIndexes = [] }: Shape): string =>
  JSON.stringify([
    (KeySchema ?? []).map(({ AttributeName }) => AttributeName),
    [...GlobalSecondaryIndexes, ...LocalSecondaryIndexes].map(({ IndexName }) => IndexName).sort(),
  ]);

async function createTable(client: DynamoDBClient, table: TableResource): Promise<void> {
  const found = await describe(client, table.ref);
  if (found) {
    if (shapeOf(found) !== shapeOf(table))
      // a description names the attributes of its keys
      throw new Error(`table ${table.ref} has other keys or indexes than the template; start with a fresh --data`);
    return;
  }
  const { KeySchema, AttributeDefinitions, GlobalSecondaryIndexes, LocalSecondaryIndexes, streamView } = table;
  const input: CreateTableCommandInput = {
    TableName: table.ref,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema,
    AttributeDefinitions,
    GlobalSecondaryIndexes,
    LocalSecondaryIndexes,
    ...(streamView && { StreamSpecification: { StreamEnabled: true, StreamViewType: streamView } }),
  };
  await client.send(new CreateTableCommand(input));
  if (table.ttlAttribute === undefined) return;
  const ttl = { AttributeName: table.ttlAttribute, Enabled: true };
  await client.send(new UpdateTimeToLiveCommand({ TableName: table.ref, TimeToLiveSpecification: ttl }));
}

/**
 * Creates the template's tables with indexes, stream and TTL. Keeps existing ones. Throws if one
 * exists with other keys or indexes.
 */
export async function createTables(endpoint: string, tables: TableResource[]): Promise<void> {
  const client = new DynamoDBClient({ endpoint, ...localAccess });
  try {
    for (const table of tables) await createTable(client, table);
  } finally {
    client.destroy();
  }
}
