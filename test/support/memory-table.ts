import {
  type Expression,
  type Item,
  type QueryOptions,
  type Table,
  type Write,
} from '../../lib/aws/table/dynamo-table.ts';
import { type Key } from '../../lib/model/keys/table-keys.ts';
import { holds, updated } from './expression-evaluator.ts';

/** One write of an item, as the table's stream tells of it. */
export interface Change {
  key: Key;
  before?: Item | undefined;
  after?: Item | undefined;
}

const indexKeys = { byList: ['listPk', 'listSk'], byDue: ['duePk', 'dueAt'] } as const;

/** A copy as the wire makes it: nothing of the caller's, and nothing where a value is undefined. */
const copy = (item: Item): Item =>
  structuredClone(Object.fromEntries(Object.entries(item).filter(([, value]) => value !== undefined)) as Item);

const bytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** All ends of a range at once, as its reader means them. */
const isInside = (sk: string, { prefix = '', after, before, from, upTo }: QueryOptions): boolean =>
  sk.startsWith(prefix) &&
  (after === undefined || bytes(sk, after) > 0) &&
  (before === undefined || bytes(sk, before) < 0) &&
  (from === undefined || bytes(sk, from) >= 0) &&
  (upTo === undefined || bytes(sk, upTo) <= 0);

const keyOf = (write: Write): Key =>
  'put' in write ? write.put : 'update' in write ? write.update : 'delete' in write ? write.delete : write.check;

/** Both expressions of a write share their names and values. */
function together(write: Write): Write {
  const parts = ['set' in write ? write.set : undefined, 'if' in write ? write.if : undefined];
  const names = Object.assign({}, ...parts.map((part) => part?.names)) as Record<string, string>;
  const values = Object.assign({}, ...parts.map((part) => part?.values)) as Record<string, unknown>;
  const shared = <Part extends Expression>(part: Part): Part => ({ ...part, names, values });
  if ('update' in write) return { ...write, set: shared(write.set), ...(write.if && { if: shared(write.if) }) };
  return write;
}

/** What a write makes of an item; undefined: nothing is left of it. */
function written(write: Write, item: Item | undefined): Item | undefined {
  if ('put' in write) return copy(write.put);
  if ('update' in write) return copy(updated(item ?? { pk: write.update.pk, sk: write.update.sk }, write.set));
  return 'check' in write ? item : undefined;
}

/**
 * The one table in memory, for tests that make thousands of small worlds: it passes the contract of every engine
 * (`test/aws/table/dynamo-table.contract.test.ts`). Each call happens at one moment. `changed` is told what the stream would tell: writes that change nothing are
 * not among it.
 */
export function memoryTable(changed: (change: Change) => void = () => undefined): Table & { all(): Item[] } {
  const partitions = new Map<string, Map<string, Item>>();
  const find = ({ pk, sk }: Key): Item | undefined => partitions.get(pk)?.get(sk);
  const all = (): Item[] => [...partitions.values()].flatMap((items) => [...items.values()]);

  function store({ pk, sk }: Key, after: Item | undefined): void {
    const items = partitions.get(pk) ?? new Map<string, Item>();
    const before = items.get(sk);
    if (after) items.set(sk, after);
    else items.delete(sk);
    partitions.set(pk, items);
    if (!isSame(before, after)) changed({ key: { pk, sk }, before, after });
  }

  /** All of them or none. */
  function write(given: Write[]): boolean {
    const writes = given.map(together);
    if (new Set(writes.map(keyOf).map(({ pk, sk }) => `${pk}\n${sk}`)).size < writes.length)
      throw new Error('a transaction takes one write for each item');
    if (!writes.every((one) => holds(one.if, find(keyOf(one))))) return false;
    for (const one of writes) if (!('check' in one)) store(keyOf(one), written(one, find(keyOf(one))));
    return true;
  }

  const seen = (item: Item | undefined): Item | undefined => item && copy(item);

  return {
    all,
    get: async (key) => seen(find(key)),

    async getMany(keys) {
      const wanted = new Map(keys.map((key) => [`${key.pk}\n${key.sk}`, key]));
      return [...wanted.values()].flatMap((key) => seen(find(key)) ?? []);
    },

    async query(pk, options = {}) {
      const { index, limit = Infinity, newestFirst } = options;
      const [hash, range] = index ? indexKeys[index] : (['pk', 'sk'] as const);
      const items = index ? all().filter((item) => item[hash] === pk) : [...(partitions.get(pk)?.values() ?? [])];
      const found = items.filter((item) => typeof item[range] === 'string' && isInside(item[range], options));
      found.sort((a, b) => bytes(String(a[range]), String(b[range])) * (newestFirst ? -1 : 1));
      const shown = found.slice(0, limit).map(copy);
      // Indexes hold keys only.
      return index
        ? shown.map((item) => ({ pk: item.pk, sk: item.sk, [hash]: item[hash], [range]: item[range] }))
        : shown;
    },

    put: async (item, condition) => write([{ put: item, ...(condition && { if: condition }) }]),

    async update({ pk, sk }, set, condition) {
      const done = write([{ update: { pk, sk }, set, ...(condition && { if: condition }) }]);
      return done ? seen(find({ pk, sk })) : undefined;
    },

    async replace(item, condition, also = []) {
      const before = find(item);
      if (write([{ put: item, if: condition }, ...also])) return { done: true };
      return { done: false, present: holds(condition, before) ? undefined : seen(before) };
    },

    transact: async (writes) => write(writes),

    async putMany(items) {
      for (const item of items) write([{ put: item }]);
      return [];
    },
  };
}

const plain = (_: string, value: unknown): unknown => (value instanceof Set ? [...value] : value);

const isSame = (a: Item | undefined, b: Item | undefined): boolean =>
  JSON.stringify(a, plain) === JSON.stringify(b, plain);
