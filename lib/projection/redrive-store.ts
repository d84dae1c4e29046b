import { type Table } from '../aws/table/dynamo-table.ts';
import { type Key, keys } from '../model/table-keys.ts';
import { type Clock } from '../shared/time.ts';
import { redrivenAttribute } from './touchpoint-record.ts';

/** A dead letter of `project`, as far as its touchpoint is brought back by it. */
export interface PutAside {
  id: string;
  key: Key;
  sequenceNumber: string;
}

export interface RedriveStore {
  /**
   * Makes the stream deliver a touchpoint's row once more. One transaction writes the row and that the letter was brought back, so
   * a letter that comes twice, or again after a crash, is `already` brought back. `gone` when the row is no longer there.
   */
  bringBack(letter: PutAside): Promise<'brought-back' | 'already' | 'gone'>;
}

/** Longer than SQS keeps a letter, which is 14 days. Seconds. */
const markTtl = 30 * 86_400;

const workspaceOf = ({ pk }: Key): string => pk.slice(0, Math.max(0, pk.indexOf('#')));

export function redriveStore(table: Table, clock: Clock): RedriveStore {
  return {
    async bringBack({ id, key, sequenceNumber }) {
      const mark = keys.redriven(workspaceOf(key), id);
      const ttl = Math.floor(Date.parse(clock.now()) / 1_000) + markTtl;
      const isWritten = await table.transact([
        { put: { ...mark, ttl }, if: { expression: 'attribute_not_exists(pk)' } },
        {
          update: key,
          set: {
            expression: 'SET #redriven = :redriven',
            names: { '#redriven': redrivenAttribute },
            values: { ':redriven': `${sequenceNumber} ${id}` },
          },
          if: { expression: 'attribute_exists(pk)' },
        },
      ]);
      if (isWritten) return 'brought-back';
      return (await table.get(mark, { consistent: true })) ? 'already' : 'gone';
    },
  };
}
