import { paginateScan } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { type Item } from '../../lib/aws/table/dynamo-table.ts';
import { type Profile } from '../../lib/model/profile.ts';
import { readProfileItem } from '../../lib/profile/profile-store.ts';
import { type Local } from '../../infra/local/runner.ts';
import { localClient } from './engines.ts';

/** All that lies in the table, past every function: what scenarios count. */
export async function allRows({ engine }: Pick<Local, 'engine'>): Promise<Item[]> {
  const rows: Item[] = [];
  const client = localClient(engine.endpoint);
  for await (const { Items = [] } of paginateScan({ client }, { TableName: engine.tableName }))
    rows.push(...Items.map((item) => unmarshall(item) as Item)); // every item of the table has pk and sk
  client.destroy();
  return rows;
}

export const rowsIn = (rows: Item[], range: string): Item[] => rows.filter(({ sk }) => sk.startsWith(range));

export const profilesIn = (rows: Item[]): Profile[] =>
  rows.flatMap((row) => (row.sk === 'profile' ? (readProfileItem(row)?.profile ?? []) : []));
