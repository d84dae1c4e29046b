import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type AttributeValue, DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
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
import { compact } from '../../lib/shared/records.ts';
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
  let place = from;
  let last = '';
  do {
    const page = await client.send(
      new ScanCommand({
        ...{ TableName, Limit: 2_000, ProjectionExpression: 'pk' },
        ExclusiveStartKey: place && { pk: { S: place.pk }, sk: { S: place.sk } },
        FilterExpression: 'begins_with(pk, :workspace)',
        ExpressionAttributeValues: { ':workspace': { S: partition({ workspace, customer: '' }) } },
      }),
    );
    const partitions = (page.Items ?? []).map(({ pk }) => pk?.S ?? '');
    place = readLastKey(page.LastEvaluatedKey);
    yield compact({ customers: customersOf(partitions, last), place });
    last = partitions.at(-1) ?? last;
  } while (place);
}

/**
 * Returns the customers of a page's partitions, each once. `last` is the partition before the page.
 */
function customersOf(partitions: string[], last: string): CustomerRef[] {
  const begun = partitions.filter((pk, i) => pk !== (i === 0 ? last : partitions[i - 1]));
  const parsed = begun.map((pk) => CustomerRef.safeParse(parsePartition(pk).customer));
  return parsed.flatMap(({ data }) => (data === undefined ? [] : [data]));
}

function readLastKey({ pk, sk }: Record<string, AttributeValue> = {}): Key | undefined {
  return pk?.S !== undefined && sk?.S !== undefined ? { pk: pk.S, sk: sk.S } : undefined;
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
  const readFrom = (): Key | undefined => (values.from === undefined ? undefined : readPlace(values.from));
  const pages =
    refs.length > 0 ? [{ customers: refs }] : findCustomers(client, { TableName, workspace, from: readFrom() });
  for await (const page of pages) {
    const { customers, place }: Found = page;
    const mine = refs.length > 0 ? customers : await ownProfiles(deps, workspace, customers);
    add(counts, await rebuildAll(deps, { workspace, customers: mine }, console.log));
    if (place) console.log(`${totalOf(counts)} so far; to go on from here: --from ${writePlace(place)}`);
  }
  console.log(totalOf(counts));
  if (isIncomplete(counts)) process.exitCode = 1;
}

const isIncomplete = ({ busy = 0, behind = 0, unreadable = 0 }: Record<string, number>): boolean =>
  busy + behind + unreadable > 0;

if (import.meta.main)
  await main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
