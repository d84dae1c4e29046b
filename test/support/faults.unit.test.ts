import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { expect, onTestFinished, test } from 'vitest';
import { dynamoTable } from '../../lib/aws/table/dynamo-table.ts';
import { startAwsEndpoint } from '../../infra/local/http/aws-endpoint.ts';
import { localAccess } from '../../infra/local/engines/create-tables.ts';
import { anEngine, localClient, theTable } from './engines.ts';
import { type FaultPlan, startFaults } from './faults.ts';

async function aFaultyTable(plan: FaultPlan) {
  const engine = await anEngine();
  const faults = await startFaults({ target: engine.endpoint, plan });
  onTestFinished(() => faults.stop());
  const sound = dynamoTable(localClient(engine.endpoint), theTable.ref);
  return { faults, sound, table: dynamoTable(localClient(faults.endpoint), theTable.ref) };
}

const items = Array.from({ length: 100 }, (_, i) => ({ pk: 'p', sk: `t#${i}` }));

test('a batch comes back in part, and what came back has not happened', async () => {
  const { faults, sound, table } = await aFaultyTable({ seed: 1, share: 0.3 });
  const left = await table.putMany(items);
  expect(left.length).toBeGreaterThan(10);
  expect(left.length).toBe(faults.injected().BatchWriteItem);
  expect(await sound.query('p')).toHaveLength(100 - left.length);
});

test('a batch that is throttled as a whole comes back as a whole', async () => {
  const { sound, table } = await aFaultyTable({ seed: 1, share: 1 });
  expect(await table.putMany(items)).toHaveLength(100);
  expect(await sound.query('p')).toEqual([]);
});

test('transactions in conflict are tried again by the table', async () => {
  const { faults, sound, table } = await aFaultyTable({ seed: 3, share: 0.3 });
  const add = { update: { pk: 'p', sk: 'count' }, set: { expression: 'ADD n :one', values: { ':one': 1 } } };
  for (let i = 0; i < 20; i++) expect(await table.transact([add, { put: { pk: 'p', sk: `${i}` } }])).toBe(true);
  expect(faults.injected().TransactWriteItems).toBeGreaterThan(0);
  expect((await sound.get(add.update))?.n).toBe(20);
});

test('throttled writes are tried again by the SDK, until it gives up with the name of the exception', async () => {
  const { faults, table } = await aFaultyTable({ seed: 1, share: 0.3 });
  for (const item of items.slice(0, 10)) expect(await table.put(item)).toBe(true);
  expect(faults.injected().PutItem).toBeGreaterThan(0);
  faults.follow({ seed: 1, share: 1, only: (operation) => operation === 'UpdateItem' });
  await table.put({ pk: 'p', sk: 'x' });
  const update = table.update({ pk: 'p', sk: 'x' }, { expression: 'SET a = :a', values: { ':a': 1 } });
  await expect(update).rejects.toMatchObject({ name: 'ProvisionedThroughputExceededException' });
});

test('the same seed fails the same writes', async () => {
  const failures = async (): Promise<string[]> => {
    const { table } = await aFaultyTable({ seed: 7, share: 0.3 });
    return (await table.putMany(items.slice(0, 25))).map(({ sk }) => sk);
  };
  expect(await failures()).toEqual(await failures());
});

test('entries of PutEvents fail in their places', async () => {
  const put: unknown[] = [];
  const call = (_: string, body: unknown) => {
    const { Entries } = body as { Entries: { Detail: string }[] };
    put.push(...Entries.map(({ Detail }) => Detail));
    return { FailedEntryCount: 0, Entries: Entries.map(({ Detail }) => ({ EventId: Detail })) };
  };
  const endpoint = await startAwsEndpoint({ handlers: { AWSEvents: call } });
  onTestFinished(() => endpoint.stop());
  const faults = await startFaults({ target: endpoint.url, plan: { seed: 5, share: 0.4 } });
  onTestFinished(() => faults.stop());
  const client = new EventBridgeClient({ endpoint: faults.endpoint, ...localAccess });
  const Entries = Array.from({ length: 10 }, (_, i) => ({ Source: 's', DetailType: 'd', Detail: String(i) }));
  const answer = await client.send(new PutEventsCommand({ Entries }));
  const failed = answer.Entries?.flatMap(({ ErrorCode }, i) => (ErrorCode ? [String(i)] : []));
  expect(answer.FailedEntryCount).toBe(failed?.length);
  expect(failed?.length).toBeGreaterThan(0);
  expect(put).toEqual(Entries.map(({ Detail }) => Detail).filter((detail) => !failed?.includes(detail)));
});
