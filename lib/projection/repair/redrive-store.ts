import { ifAbsent, ifPresent } from '../../aws/table/conditions.ts';
import { type Table } from '../../aws/table/dynamo-table.ts';
import { parseWorkspace } from '../../model/keys/parse-keys.ts';
import { type Key, keys } from '../../model/keys/table-keys.ts';
import { type Clock, daySeconds, ttlAfter } from '../../shared/time.ts';
import { redrivenAttribute } from '../touchpoint-record.ts';

/** The part of a dead letter of `project` that redriving its touchpoint needs. */
export interface RedrivableLetter {
  id: string;
  key: Key;
  sequenceNumber: string;
}

/** Redrives touchpoints that were put aside. */
export interface RedriveStore {
  /**
   * Makes the stream deliver a touchpoint's row again. One transaction updates the row and marks
   * the letter, so a duplicate or a retry after a crash returns `already`. Returns `gone` if the
   * row does not exist.
   */
  bringBack(letter: RedrivableLetter): Promise<'brought-back' | 'already' | 'gone'>;
}

/** Retention of the mark, seconds. Longer than SQS keeps a letter, which is 14 days. */
const markTtl = 30 * daySeconds;

async function bringBack(
  table: Table,
  clock: Clock,
  { id, key, sequenceNumber }: RedrivableLetter,
): Promise<'brought-back' | 'already' | 'gone'> {
  const mark = keys.redriven(parseWorkspace(key.pk), id);
  const update = {
    expression: 'SET #redriven = :redriven',
    names: { '#redriven': redrivenAttribute },
    values: { ':redriven': `${sequenceNumber} ${id}` },
  };
  const isWritten = await table.transact([
    { put: { ...mark, ttl: ttlAfter(clock.now(), markTtl) }, if: ifAbsent },
    { update: key, set: update, if: ifPresent },
  ]);
  if (isWritten) return 'brought-back';
  return (await table.get(mark, { consistent: true })) ? 'already' : 'gone';
}

/** The store over the table. `clock` sets the expiry of marks. */
export function redriveStore(table: Table, clock: Clock): RedriveStore {
  return { bringBack: (letter) => bringBack(table, clock, letter) };
}
