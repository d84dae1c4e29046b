import { type Table } from '../aws/table/dynamo-table.ts';
import { type Key, keys } from '../model/keys/table-keys.ts';
import { parseWorkspace } from '../model/keys/parse-keys.ts';
import { type Clock, ttlAfter, daySeconds } from '../shared/time.ts';
import { redrivenAttribute } from './touchpoint-record.ts';
import { ifAbsent, ifPresent } from '../aws/table/conditions.ts';

/** The part of a dead letter of `project` that redriving its touchpoint needs. */
export interface PutAside {
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
  bringBack(letter: PutAside): Promise<'brought-back' | 'already' | 'gone'>;
}

/** Retention of the mark, seconds. Longer than SQS keeps a letter, which is 14 days. */
const markTtl = 30 * daySeconds;

/** The store over the table. `clock` sets the expiry of marks. */
export function redriveStore(table: Table, clock: Clock): RedriveStore {
  return {
    async bringBack({ id, key, sequenceNumber }) {
      const mark = keys.redriven(parseWorkspace(key.pk), id);
      const ttl = ttlAfter(clock.now(), markTtl);
      const isWritten = await table.transact([
        { put: { ...mark, ttl }, if: ifAbsent },
        {
          update: key,
          set: {
            expression: 'SET #redriven = :redriven',
            names: { '#redriven': redrivenAttribute },
            values: { ':redriven': `${sequenceNumber} ${id}` },
          },
          if: ifPresent,
        },
      ]);
      if (isWritten) return 'brought-back';
      return (await table.get(mark, { consistent: true })) ? 'already' : 'gone';
    },
  };
}
