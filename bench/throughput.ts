import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { startEngine } from '../infra/local/engines/start-engine.ts';
import { createTables, localAccess } from '../infra/local/engines/create-tables.ts';
import { assemble } from '../infra/local/template/assembly.ts';
import { readAssembly } from '../infra/local/template/template.ts';
import { message, post } from './world.ts';

/** Stored and answered a second. */
export type Rate = number;

/** Runs `work` in as many lanes for a time; calls a second. */
async function rateOf(
  lanes: number,
  seconds: number,
  work: (lane: number, n: number) => Promise<unknown>,
): Promise<Rate> {
  const end = performance.now() + seconds * 1_000;
  let done = 0;
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: lanes }, async (_, lane) => {
      for (let n = 0; performance.now() < end; n++) {
        await work(lane, n);
        done++;
      }
    }),
  );
  return done / ((performance.now() - begun) / 1_000);
}

/** Touchpoints a second through HTTP, from each of `clients` its own customer. */
export function measureSingles(url: string, clients: number, seconds: number): Promise<Rate> {
  return rateOf(clients, seconds, (lane, n) =>
    post(url, '/v1/track', message(`lane-${clients}-${lane}`, `single-${clients}-${lane}-${n}`)),
  );
}

/** Touchpoints a second in batches of 100, from two clients. */
export async function measureBatches(url: string, seconds: number): Promise<Rate> {
  const size = 100;
  const requests = await rateOf(2, seconds, (lane, n) => {
    const batch = Array.from({ length: size }, (_, i) => message(`batch-${lane}-${i}`, `batch-${lane}-${n}-${i}`));
    return post(url, '/v1/batch', { batch });
  });
  return requests * size;
}

/** The embedded engine alone: puts a second of items like a touchpoint's, from 64 lanes of one SDK client. */
export async function measureEngine(seconds: number): Promise<Rate> {
  const { tables } = readAssembly(await assemble());
  const engine = await startEngine();
  try {
    await createTables(engine.endpoint, tables);
    const client = new DynamoDBClient({ endpoint: engine.endpoint, ...localAccess });
    const TableName = tables[0]?.ref;
    const rate = await rateOf(64, seconds, (lane, n) => {
      const doc = { S: JSON.stringify(message(`c${lane}`, `m${n}`)) };
      return client.send(
        new PutItemCommand({ TableName, Item: { pk: { S: `x#u:${lane}` }, sk: { S: `t#${n}` }, doc } }),
      );
    });
    client.destroy();
    return rate;
  } finally {
    await engine.stop();
  }
}
