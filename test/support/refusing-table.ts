import { type Table, type Write } from '../../lib/aws/table/dynamo-table.ts';
import { asRefusal } from '../../lib/aws/table/write-refusal.ts';
import { type Key } from '../../lib/model/keys/table-keys.ts';

const keyIn = (write: Write): Key =>
  'put' in write ? write.put : 'update' in write ? write.update : 'delete' in write ? write.delete : write.check;

/** A table that will never take what is put or updated under some keys, as DynamoDB refuses it of a customer with 10 GB of rows. */
export function refusingTable(table: Table, refuses: (key: Key) => boolean): Table {
  const check = (writes: Write[]): void => {
    const keys = writes.filter((write) => !('check' in write || 'delete' in write)).map(keyIn);
    const error = Object.assign(new Error('full'), { name: 'ItemCollectionSizeLimitExceededException' });
    if (keys.some(refuses)) throw asRefusal(error, keys.filter(refuses));
  };
  return {
    ...table,
    async put(item, condition) {
      check([{ put: item }]);
      return table.put(item, condition);
    },
    async update(key, set, condition) {
      check([{ update: key, set }]);
      return table.update(key, set, condition);
    },
    async replace(item, condition, also = []) {
      check([{ put: item }, ...also]);
      return table.replace(item, condition, also);
    },
    async transact(writes) {
      check(writes);
      return table.transact(writes);
    },
  };
}
