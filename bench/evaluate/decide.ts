import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { handleDecideRoutes } from '../../functions/decision/decide-offer/handler.ts';
import { bytesOf } from '../../infra/tools/build.ts';
import { api } from '../../lib/aws/http/api-function.ts';
import { type Item, type Table } from '../../lib/aws/table/dynamo-table.ts';
import { contextId } from '../../lib/decision/placements/context-features.ts';
import { createDecider } from '../../lib/decision/choice/decide-offer.ts';
import { sendTimeStatsStore } from '../../lib/decision/timing/send-time-stats-store.ts';
import { Placement } from '../../lib/decision/placements/placement.ts';
import { placementStore } from '../../lib/decision/placements/placement-store.ts';
import { firstPolicy, type Policy } from '../../lib/decision/policies/policy.ts';
import { policyStore } from '../../lib/decision/policies/policy-store.ts';
import { statsReader } from '../../lib/decision/beliefs/offer-stats-store.ts';
import { decisionStore } from '../../lib/decision/choice/decision-store.ts';
import { linearReader } from '../../lib/decision/beliefs/offer-sums-store.ts';
import { workspaceStore } from '../../lib/ingestion/workspace/workspace-store.ts';
import { keys } from '../../lib/model/keys/table-keys.ts';
import { newProfile } from '../../lib/model/profile.ts';
import { profileItem, profileStore } from '../../lib/profile/profile-store.ts';
import { systemClock as clock } from '../../lib/shared/time.ts';
import { parseApiKey } from '../../lib/ingestion/workspace/api-key.ts';
import { percentile } from '../figures.ts';
import { type Figure } from './figure.ts';

const kilobyte = 1_000;

/** Minified bytes in the bundle of `decide`: of our own files, and of zod. What comes of AWS and middy is left out. */
async function bytes(): Promise<{ ours: number; zod: number }> {
  const sum = { ours: 0, zod: 0 };
  for (const [file, size] of await bytesOf('decision/decide')) {
    if (!file.includes('node_modules/')) sum.ours += size;
    if (file.includes('node_modules/zod/')) sum.zod += size;
  }
  return sum;
}

/** A table in memory as far as `decide` needs one: no condition ever fails, as nobody else writes. */
function tableOf(items: Item[]): Table {
  const rows = new Map(items.map((item) => [`${item.pk}\n${item.sk}`, item]));
  const found = ({ pk, sk }: { pk: string; sk: string }): Item[] => [rows.get(`${pk}\n${sk}`) ?? []].flat();
  const put = (item: Item): void => void rows.set(`${item.pk}\n${item.sk}`, item);
  const byPartition = Map.groupBy(items, ({ pk }) => pk);
  return {
    get: (key) => Promise.resolve(found(key)[0]),
    getMany: (all) => Promise.resolve(all.flatMap(found)),
    query: (pk, { prefix = '' } = {}) =>
      Promise.resolve((byPartition.get(pk) ?? []).filter(({ sk }) => sk.startsWith(prefix))),
    put: (item) => Promise.resolve((put(item), true)),
    update: () => Promise.resolve(undefined),
    replace: (item) => Promise.resolve((put(item), { done: true })),
    transact: (writes) => {
      for (const write of writes) if ('put' in write) put(write.put);
      return Promise.resolve(true);
    },
    putMany: () => Promise.resolve([]),
  };
}

const workspace = 'local';
const secret = 'sk_local';
const stages = ['awareness', 'consideration', 'decision', 'retention', 'advocacy'];
const customers = 500;
const label = { en: 'Banner', ko: '배너' };
const context = ['features.purchases', 'features.revenue', 'features.daysSilent', { stage: ['retention'] }];

/** The largest placement there can be: twenty offers, of which nineteen compete. */
const largest = Placement.parse({
  ...{ id: 'banner', label, fallback: 'offer-0', context },
  offers: Array.from({ length: 20 }, (_, n) => ({
    ...{ id: `offer-${n}`, label, content: { title: `Offer ${n}` }, success: { event: 'Order Completed' } },
    purpose: n === 0 ? 'transactional' : 'marketing',
  })),
});

/** What has been learnt of it: a few hundred showings of each offer in each stage, on sixteen shards. */
function statsRows(): Item[] {
  return stages.flatMap((stage, s) =>
    Array.from({ length: 16 }, (_, shard) => {
      const counted = largest.offers.flatMap(({ id }, n): [string, number][] => [
        [`exposed ${id}`, 20 + ((n * 7 + s) % 11)],
        [`won ${id}`, (n + s) % 5],
      ]);
      return {
        ...keys.offerStats(workspace, { placement: 'banner', stage, shard }),
        ...Object.fromEntries<number>(counted),
      };
    }),
  );
}

function sumsRows(): Item[] {
  const [size, id] = [context.length + 1, contextId(largest.context ?? [])];
  return largest.offers.flatMap(({ id: offer }, n) =>
    Array.from({ length: 4 }, (_, shard) => {
      const gram = Array.from({ length: (size * (size + 1)) / 2 }, (__, k): [string, number] => [
        `g${k}`,
        k === 0 ? 100 : 5 + k,
      ]);
      const moment = Array.from({ length: size }, (__, k): [string, number] => [`m${k}`, 2 + ((n + k) % 4)]);
      const key = keys.offerSums(workspace, { placement: 'banner', context: id, offer, shard });
      return { ...key, ...Object.fromEntries<number>([...gram, ...moment]) };
    }),
  );
}

function itemsOf(policy: Policy): Item[] {
  const key = parseApiKey(secret);
  if (!key) throw new Error('no API key');
  const at = clock.now();
  const people = Array.from({ length: customers }, (_, n) => {
    const profile = newProfile({ workspace, customer: `u:${n}` }, at);
    const stage = { id: stages[n % stages.length] ?? '', since: at, rule: 'bench' };
    return profileItem({ ...profile, stage, purchases: { n: n % 7, revenue: n, first: at, last: at } }, 1);
  });
  const record = { current: policy, judgedThrough: 0 };
  return [
    ...people,
    ...statsRows(),
    ...sumsRows(),
    { ...keys.apiKey(workspace, key.hash), kind: 'secret' },
    { ...keys.placement(workspace, 'banner'), doc: JSON.stringify(largest) },
    { ...keys.policy(workspace, 'banner'), doc: JSON.stringify(record) },
  ];
}

function handlerOf(policy: Policy) {
  const table = tableOf(itemsOf(policy));
  const [profiles, placements, workspaces] = [profileStore(table), placementStore(table, clock), workspaceStore(table)];
  const decide = createDecider({
    ...{ profiles, placements, decisions: decisionStore(table), stats: statsReader(table, clock) },
    ...{ policies: policyStore(table, clock), linear: linearReader(table, clock) },
  });
  return api(
    workspaces,
    handleDecideRoutes({ decide, profiles, habits: sendTimeStatsStore(table, clock), workspaces, placements, clock }),
  );
}

function eventOf(n: number): APIGatewayProxyEventV2 {
  const body = JSON.stringify({ customerId: String(n % customers), placement: 'banner', context: { channel: 'web' } });
  return {
    ...{ version: '2.0', routeKey: 'POST /v1/decisions', rawPath: '/v1/decisions', rawQueryString: '' },
    headers: { authorization: `Bearer ${secret}` },
    requestContext: { requestId: 'bench' },
    ...{ body, isBase64Encoded: false },
  } as unknown as APIGatewayProxyEventV2; // the parts our functions read
}

const [warmUps, measured] = [500, 2_000];

/** The part of Lambda's context that the API reads. */
const invocation = { getRemainingTimeInMillis: () => 10_000 } as Context;

/** Milliseconds of processor time that 99 of 100 answers take at most, of the handler and the whole path behind it but for the network. */
async function cpu(policy: Policy): Promise<number> {
  const handler = handlerOf(policy);
  const took: number[] = [];
  for (let n = 0; n < warmUps + measured; n++) {
    const event = eventOf(n);
    const before = process.threadCpuUsage();
    const { statusCode } = (await handler(event, invocation)) as { statusCode: number }; // as `json` answers
    const { user, system } = process.threadCpuUsage(before);
    if (statusCode !== 200) throw new Error(`status ${statusCode}`);
    if (n >= warmUps) took.push((user + system) / 1_000);
  }
  return percentile(took, 0.99);
}

/** What a decision costs to load and to make: bytes as esbuild counts them, time for the largest placement. */
export async function decideFigures(): Promise<Figure[]> {
  const { ours, zod } = await bytes();
  const linear: Policy = { ...firstPolicy, kind: 'linear', context: contextId(largest.context ?? []) };
  const limits = { floor: { max: 15 }, target: { max: 5 } };
  return [
    { name: 'decide: our own code, KB minified', ours: ours / kilobyte, floor: { max: 150 }, target: { max: 60 } },
    { name: 'decide: our own code and zod, KB', ours: (ours + zod) / kilobyte },
    { name: 'decide: CPU p99 by stage, 20 offers, ms', ours: await cpu(firstPolicy), ...limits },
    { name: 'decide: CPU p99 by context, 20 offers, ms', ours: await cpu(linear), ...limits },
  ];
}
