import { onTestFinished } from 'vitest';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type Engine, startEngine } from '../../infra/local/engines/start-engine.ts';
import { createTables, localAccess } from '../../infra/local/engines/create-tables.ts';
import { type StackTemplate } from '../../infra/local/template/template.ts';

export type TableResource = StackTemplate['tables'][number];

const key = (hash: string, range: string) => [
  { AttributeName: hash, KeyType: 'HASH' as const },
  { AttributeName: range, KeyType: 'RANGE' as const },
];

const Projection = { ProjectionType: 'KEYS_ONLY' as const };

/** The one table as the template has it. */
export const theTable: TableResource = {
  id: 'Table',
  ref: 'Throughline',
  arn: 'arn:aws:dynamodb:us-east-1:000000000000:table/Throughline',
  KeySchema: key('pk', 'sk'),
  AttributeDefinitions: ['pk', 'sk', 'listPk', 'listSk', 'duePk', 'dueAt', 'pinnedSk'].map((AttributeName) => ({
    AttributeName,
    AttributeType: 'S' as const,
  })),
  GlobalSecondaryIndexes: [
    { IndexName: 'byList', KeySchema: key('listPk', 'listSk'), Projection },
    { IndexName: 'byDue', KeySchema: key('duePk', 'dueAt'), Projection },
  ],
  LocalSecondaryIndexes: [{ IndexName: 'pinned', KeySchema: key('pk', 'pinnedSk'), Projection }],
  streamView: 'NEW_AND_OLD_IMAGES',
  ttlAttribute: 'ttl',
};

export function localClient(endpoint: string): DynamoDBClient {
  return new DynamoDBClient({ endpoint, ...localAccess });
}

/** An engine in memory with the one table, stopped when the test ends. */
export async function anEngine(options: Parameters<typeof startEngine>[0] = {}): Promise<Engine> {
  const engine = await startEngine(options);
  onTestFinished(() => engine.stop());
  await createTables(engine.endpoint, [theTable]);
  return engine;
}
