import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { dynamoTable, type Table } from '../../lib/aws/table/dynamo-table.ts';
import { CustomerRef, WorkspaceId } from '../../lib/model/customer.ts';
import { workspaceStore } from '../../lib/ingestion/workspace/workspace-store.ts';
import { Workspace } from '../../lib/model/workspace.ts';
import { type Key, partition } from '../../lib/model/keys/table-keys.ts';
import { parsePartition } from '../../lib/model/keys/parse-keys.ts';
import {
  rebuildCustomer,
  type RebuildDependencies,
  type RebuildResult,
} from '../../lib/projection/repair/rebuild-profile.ts';
import { profileStore } from '../../lib/profile/profile-store.ts';
import { stageModelOf } from '../../lib/stage/stage-templates.ts';
import { systemClock } from '../../lib/shared/time.ts';
import { environmentOptions, environmentUsage, findEnvironment } from './script-environment.ts';

const usage = `npm run rebuild -- <workspace> [<customer>…]   makes profiles anew from the stored touchpoints; sends nothing
  <customer> is a user id, or u:<user id>, or a:<anonymous id>; without any, all of the workspace
Options: --from <place> goes on where an earlier run was interrupted, ${environmentUsage}`;

/** Dependencies of a rebuild in one environment. */
export function rebuilding(table: Table): RebuildDependencies {
  const workspaces = workspaceStore(table);
  return {
    ...{ table, profiles: profileStore(table), clock: systemClock },
    newId: randomUUID,
    pause: (ms) => sleep(ms),
    async rulesOf(id) {
      const workspace = (await workspaces.settings(id)) ?? Workspace.parse({ id, name: id });
      return { workspace, model: stageModelOf(workspace), journeys: [] };
    },
  };
}

const writePlace = (key: Key): string => Buffer.from(JSON.stringify(key)).toString('base64url');

function readPlace(place: string): Key {
  const { pk, sk } = JSON.parse(Buffer.from(place, 'base64url').toString()) as Partial<Key>;
  if (typeof pk !== 'string' || typeof sk !== 'string') throw new Error(`--from ${place} is no place of a run`);
  return { pk, sk };
}

interface Found {
  customers: CustomerRef[];
  /** Key that the next page starts after. */
  place?: Key;
}

/**
 * Yields the customers of a workspace in pages. Scans the table, because customers without a
 * profile are in no index. Keys of a partition come together, and are yielded once.
 */
export async function* findCustomers(
  client: DynamoDBClient,
  { TableName, workspace, from }: { TableName: string; workspace: string; from?: Key | undefined },
): AsyncGenerator<Found> {
  const before = { pk: '' };
  let ExclusiveStartKey = from && { pk: { S: from.pk }, sk: { S: from.sk } };
  do {
    const page = await client.send(
      new ScanCommand({
        ...{ TableName, ExclusiveStartKey, Limit: 2_000, ProjectionExpression: 'pk' },
        FilterExpression: 'begins_with(pk, :workspace)',
        ExpressionAttributeValues: { ':workspace': { S: partition({ workspace, customer: '' }) } },
      }),
    );
    const customers: CustomerRef[] = [];
    for (const { pk: { S: pk = '' } = {} } of page.Items ?? []) {
      const customer = CustomerRef.safeParse(parsePartition(pk).customer);
      if (pk !== before.pk && customer.success) customers.push(customer.data);
      before.pk = pk;
    }
    const { pk, sk } = page.LastEvaluatedKey ?? {};
    ExclusiveStartKey = pk?.S !== undefined && sk?.S !== undefined ? { pk: { S: pk.S }, sk: { S: sk.S } } : undefined;
    yield {
      customers,
      ...(ExclusiveStartKey && { place: { pk: ExclusiveStartKey.pk.S, sk: ExclusiveStartKey.sk.S } }),
    };
  } while (ExclusiveStartKey);
}

function describe(customer: CustomerRef, rebuilt: RebuildResult): string {
  if (rebuilt.outcome === 'unreadable')
    return `unreadable    ${customer}: mend and redrive these rows first:\n  ${rebuilt.rows.join('\n  ')}`;
  if (rebuilt.outcome !== 'rebuilt') return `${rebuilt.outcome.padEnd(12)}  ${customer}`;
  return `rebuilt       ${customer}: ${rebuilt.touchpoints} touchpoints${rebuilt.changed ? ', changed' : ''}`;
}

/**
 * Rebuilds customers one after the other and counts the outcomes. A linked identity is rebuilt with
 * its user.
 */
export async function rebuildAll(
  deps: RebuildDependencies,
  { workspace, customers }: { workspace: string; customers: CustomerRef[] },
  print: (line: string) => void,
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const customer of customers) {
    const rebuilt = await rebuildCustomer(deps, { workspace, customer });
    counts[rebuilt.outcome] = (counts[rebuilt.outcome] ?? 0) + 1;
    if (rebuilt.outcome !== 'rebuilt' || rebuilt.changed) print(describe(customer, rebuilt));
  }
  return counts;
}

function add(all: Record<string, number>, some: Record<string, number>): void {
  for (const [name, n] of Object.entries(some)) all[name] = (all[name] ?? 0) + n;
}

const totalOf = (counts: Record<string, number>): string =>
  Object.entries(counts)
    .map(([name, n]) => `${n} ${name}`)
    .join(', ') || 'no customers';

/** Removes linked identities, which only point to their user: the scan yields the user too. */
async function ownProfiles({ profiles }: RebuildDependencies, workspace: string, customers: CustomerRef[]) {
  const stored = await profiles.getMany(customers.map((customer) => ({ workspace, customer })));
  return customers.filter(
    (customer) => (stored.get(partition({ workspace, customer }))?.profile.customer ?? customer) === customer,
  );
}

async function main(): Promise<void> {
  const options = { ...environmentOptions, from: { type: 'string' } } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [first, ...named] = positionals;
  if (first === undefined) throw new Error(usage);
  const workspace = WorkspaceId.parse(first);
  const { table: TableName } = await findEnvironment(values);
  const client = new DynamoDBClient({});
  const deps = rebuilding(dynamoTable(client, TableName));
  const counts: Record<string, number> = {};
  const refs = named.map((id) => (/^[ua]:/.test(id) ? id : `u:${id}`));
  const pages =
    refs.length > 0
      ? [{ customers: refs }]
      : findCustomers(client, {
          TableName,
          workspace,
          from: values.from === undefined ? undefined : readPlace(values.from),
        });
  for await (const page of pages) {
    const { customers, place }: Found = page;
    const mine = refs.length > 0 ? customers : await ownProfiles(deps, workspace, customers);
    add(counts, await rebuildAll(deps, { workspace, customers: mine }, console.log));
    if (place) console.log(`${totalOf(counts)} so far; to go on from here: --from ${writePlace(place)}`);
  }
  console.log(totalOf(counts));
  if ((counts.busy ?? 0) + (counts.behind ?? 0) + (counts.unreadable ?? 0) > 0) process.exitCode = 1;
}

if (import.meta.main)
  await main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
