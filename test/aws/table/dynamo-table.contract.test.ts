import { describe, expect, test } from 'vitest';
import { QueryCommand } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { type QueryOptions, type Table, type Write } from '#lib/aws/table/dynamo-table.ts';
import { localClient, theTable } from '../../support/engines.ts';
import { memoryTable } from '../../support/memory-table.ts';
import { aPartition, onEachEngine } from '../../support/tables.ts';

const rows = (pk: string, ...sks: string[]) => sks.map((sk) => ({ pk, sk }));

const isNew = { expression: 'attribute_not_exists(pk)' };
const revIs = (rev: number) => ({ expression: '#rev = :rev', names: { '#rev': 'rev' }, values: { ':rev': rev } });

/** What every table does, whatever it lies on. */
function contract(table: () => Table): void {
  test('what is put is what is read, sets and texts of any script included', async () => {
    const item = {
      pk: aPartition(),
      sk: 't#1',
      doc: '{"이름":"é😀"}',
      active: new Set(['a', 'b']),
      n: 1.5,
      yes: true,
      none: null,
    };
    expect(await table().put({ ...item, nothing: undefined })).toBe(true);
    expect(await table().get(item, { consistent: true })).toEqual(item);
    expect(await table().get({ pk: item.pk, sk: 't#2' })).toBeUndefined();
  });

  test('sums past 2^53, whole or not, are added up and read to sixteen digits', async () => {
    const key = { pk: aPartition(), sk: 'sums' };
    const add = (n: number) => table().update(key, { expression: 'ADD n :n', values: { ':n': n } });
    for (const n of [9e15, 2.5e24, 0.25]) await add(n);
    expect(((await table().get(key, { consistent: true }))?.n as number) / 2.500000009e24).toBeCloseTo(1, 12);
  });

  test('under a key longer than there are nothing is found', async () => {
    const key = { pk: aPartition(), sk: 'a' };
    await table().put(key);
    const impossible = [
      { ...key, sk: 'é'.repeat(513) },
      { ...key, pk: 'p'.repeat(2_049) },
    ];
    for (const one of impossible) expect(await table().get(one)).toBeUndefined();
    expect(await table().getMany([...impossible, key])).toEqual([key]);
    expect(await table().query('p'.repeat(2_049))).toEqual([]);
    expect(await table().query(key.pk, { after: 'z'.repeat(1_025) })).toEqual([]);
  });

  test('a put whose condition fails changes nothing and says so', async () => {
    const key = { pk: aPartition(), sk: 'profile' };
    expect(await table().put({ ...key, rev: 1 }, isNew)).toBe(true);
    expect(await table().put({ ...key, rev: 2 }, isNew)).toBe(false);
    expect(await table().put({ ...key, rev: 2 }, revIs(1))).toBe(true);
    expect(await table().get(key)).toEqual({ ...key, rev: 2 });
  });

  test('an update makes what is missing, and answers the item as it is then', async () => {
    const key = { pk: aPartition(), sk: 'first#1' };
    const first = (at: string) => ({
      expression: 'SET #at = if_not_exists(#at, :at)',
      names: { '#at': 'at' },
      values: { ':at': at },
    });
    expect(await table().update(key, first('one'))).toEqual({ ...key, at: 'one' });
    expect(await table().update(key, first('two'))).toEqual({ ...key, at: 'one' });
    expect(await table().update(key, { expression: 'REMOVE #at', names: { '#at': 'at' } }, revIs(1))).toBeUndefined();
  });

  test('of many writers on one condition one wins', async () => {
    const key = { pk: aPartition(), sk: 'profile' };
    await table().put({ ...key, rev: 1 });
    const won = await Promise.all(Array.from({ length: 8 }, (_, by) => table().put({ ...key, rev: 2, by }, revIs(1))));
    expect(won.filter(Boolean)).toHaveLength(1);
    expect((await table().get(key))?.by).toBe(won.indexOf(true));
  });

  test('a transaction is all or nothing', async () => {
    const pk = aPartition();
    const [a, b, c] = rows(pk, 'a', 'b', 'c');
    await table().put({ ...c!, rev: 1 });
    const writes = (rev: number) => [
      { put: { ...a!, doc: 'x' }, if: isNew },
      { update: b!, set: { expression: 'ADD n :one', values: { ':one': 1 } } },
      { check: c!, if: revIs(rev) },
    ];
    expect(await table().transact(writes(2))).toBe(false);
    expect(await table().query(pk)).toEqual([{ ...c, rev: 1 }]);
    expect(await table().transact(writes(1))).toBe(true);
    expect(await table().transact([{ delete: a!, if: isNew }, { put: b! }])).toBe(false);
    expect(await table().transact([{ delete: a! }])).toBe(true);
    expect(await table().query(pk)).toEqual([
      { ...b, n: 1 },
      { ...c, rev: 1 },
    ]);
  });

  test('a replacement that is refused answers what lies there, where its own condition failed', async () => {
    const [a, b] = rows(aPartition(), 'a', 'b');
    const onFirst = (also: Write[]) => table().replace({ ...a!, rev: 2 }, revIs(1), also);
    await table().put({ ...a!, rev: 1 });
    expect(await onFirst([{ check: b!, if: revIs(1) }])).toEqual({ done: false, present: undefined });
    expect(await onFirst([{ put: b! }])).toEqual({ done: true });
    for (const also of [[], [{ put: b! }]])
      expect(await onFirst(also)).toEqual({ done: false, present: { ...a, rev: 2 } });
  });

  test('transactions on one item at a time count exactly', async () => {
    const key = { pk: aPartition(), sk: 'count' };
    const add = { update: key, set: { expression: 'ADD n :one', values: { ':one': 1 } } };
    await Promise.all(Array.from({ length: 12 }, () => table().transact([add])));
    expect((await table().get(key))?.n).toBe(12);
  });

  test('a check looks at members of a set, and fails on an item that is not there', async () => {
    const key = { pk: aPartition(), sk: 'profile' };
    const inside = (id: string) => [{ check: key, if: { expression: 'contains(active, :id)', values: { ':id': id } } }];
    expect(await table().transact(inside('e1'))).toBe(false);
    await table().put({ ...key, active: new Set(['e1']) });
    expect(await table().transact(inside('e1'))).toBe(true);
    expect(await table().transact(inside('e2'))).toBe(false);
  });

  test('conditions on what is not there, on order, on one of several, and in brackets', async () => {
    const key = { pk: aPartition(), sk: 'task' };
    const values = { ':open': 'open', ':other': 'other', ':two': 2, ':ten': 10, ':b': 'b' };
    const passes = (expression: string) => {
      const used = Object.entries(values).filter(([name]) => new RegExp(`${name}\\b`).test(expression));
      return table().transact([{ check: key, if: { expression, values: Object.fromEntries(used) } }]);
    };
    expect(await passes('done <> :open')).toBe(true);
    expect(await passes('attribute_not_exists(n) OR n < :two')).toBe(true);
    expect(await passes('n < :two')).toBe(false);
    await table().put({ ...key, done: 'open', n: 10, name: 'a' });
    expect(await passes('done <> :open')).toBe(false);
    expect(await passes('done IN (:other, :open)')).toBe(true);
    expect(await passes('n < :two')).toBe(false);
    expect(await passes('n <= :ten AND n >= :ten')).toBe(true);
    expect(await passes('label < :b')).toBe(false);
    expect(await passes('done = :other AND n = :ten OR attribute_exists(n)')).toBe(true);
    expect(await passes('done = :other AND (n = :ten OR attribute_exists(n))')).toBe(false);
    expect(await passes('n < :b')).toBe(false);
  });

  test('an update sets, adds and takes away at once, by the values before it', async () => {
    const key = { pk: aPartition(), sk: 'row' };
    await table().put({ ...key, a: 'old', b: 1, c: 'gone' });
    const set = { expression: 'SET a = :new, d = a REMOVE c ADD b :two', values: { ':new': 'new', ':two': 2 } };
    expect(await table().update(key, set)).toEqual({ ...key, a: 'new', b: 3, d: 'old' });
    const named = { expression: '#b = :three', names: { '#b': 'b' }, values: { ':three': 3 } };
    expect(await table().update(key, { expression: 'SET d = #b, #b = :three' }, named)).toMatchObject({ b: 3, d: 3 });
  });

  test('more than a hundred items are put and read in one go, one that is asked for twice comes once', async () => {
    const pk = aPartition();
    const items = Array.from({ length: 130 }, (_, i) => ({ pk, sk: `t#${String(i).padStart(3, '0')}`, i }));
    expect(await table().putMany(items)).toEqual([]);
    expect(await table().putMany(items)).toEqual([]);
    const read = await table().getMany([...items, ...items.slice(0, 3), { pk, sk: 'missing' }], { consistent: true });
    expect(read.sort((a, b) => Number(a.i) - Number(b.i))).toEqual(items);
    expect(await table().query(pk, { consistent: true })).toEqual(items);
    expect(await table().getMany([])).toEqual([]);
  });

  const all = ['c#1', 't#1', 't#2', 't#2#x', 't#3', 't#😀', 'u#1'];
  const ranges: Record<string, [QueryOptions, string[]]> = {
    everything: [{}, all],
    'a prefix': [{ prefix: 't#' }, ['t#1', 't#2', 't#2#x', 't#3', 't#😀']],
    'a prefix, newest first': [{ prefix: 't#', newestFirst: true, limit: 2 }, ['t#😀', 't#3']],
    'before, without it': [{ before: 't#2' }, ['c#1', 't#1']],
    'after, without it': [{ after: 't#3' }, ['t#😀', 'u#1']],
    'from, with it': [{ from: 't#3' }, ['t#3', 't#😀', 'u#1']],
    'up to, with it': [{ upTo: 't#1' }, ['c#1', 't#1']],
    'between two ends': [{ after: 't#1', before: 't#3' }, ['t#2', 't#2#x']],
    'a page of a range, newest first': [{ prefix: 't#', before: 't#3', newestFirst: true, limit: 2 }, ['t#2#x', 't#2']],
    'a page that ends at the excluded key': [{ prefix: 't#', after: 't#1', limit: 1 }, ['t#2']],
    'an end beyond the prefix does not reach out of it': [
      { prefix: 't#', before: 'z' },
      ['t#1', 't#2', 't#2#x', 't#3', 't#😀'],
    ],
    'an end in front of the prefix leaves nothing': [{ prefix: 't#', before: 'c#1' }, []],
    'the prefix itself as an end leaves nothing': [{ prefix: 't#', before: 't#' }, []],
  };
  test.each(Object.entries(ranges))('a query takes %s', async (_, [options, expected]) => {
    const pk = aPartition();
    await table().putMany(rows(pk, ...all));
    expect((await table().query(pk, options)).map(({ sk }) => sk)).toEqual(expected);
  });

  test('any range is the same as sifting the whole partition', async () => {
    const pk = aPartition();
    const key = fc.string({ unit: fc.constantFrom('a', 'b', '#', '😀', '￿'), minLength: 1, maxLength: 3 });
    const stored = [...new Set(fc.sample(key, { numRuns: 60, seed: 1 }))];
    await table().putMany(rows(pk, ...stored));
    const bytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
    const sorted = [...stored].sort(bytes);
    const end = fc.option(key, { nil: undefined });
    const options = fc.record({
      prefix: end,
      from: end,
      after: end,
      before: end,
      upTo: end,
      newestFirst: fc.boolean(),
      limit: fc.integer({ min: 1, max: 70 }),
    });
    await fc.assert(
      fc.asyncProperty(options, async ({ newestFirst, limit, ...ends }) => {
        const given = Object.fromEntries(Object.entries(ends).filter(([, value]) => value !== undefined));
        const { prefix = '', from, after, before, upTo } = ends;
        const inside = sorted.filter(
          (sk) =>
            sk.startsWith(prefix) &&
            (from === undefined || bytes(sk, from) >= 0) &&
            (after === undefined || bytes(sk, after) > 0) &&
            (before === undefined || bytes(sk, before) < 0) &&
            (upTo === undefined || bytes(sk, upTo) <= 0),
        );
        const expected = (newestFirst ? inside.reverse() : inside).slice(0, limit);
        expect((await table().query(pk, { ...given, newestFirst, limit })).map(({ sk }) => sk)).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  test('a query of more than a megabyte is read to its end', async () => {
    const pk = aPartition();
    const items = Array.from({ length: 8 }, (_, i) => ({ pk, sk: `t#${i}`, doc: 'x'.repeat(300_000) }));
    for (const item of items) await table().put(item);
    expect(await table().query(pk)).toHaveLength(8);
    expect((await table().query(pk, { limit: 6, after: 't#0' })).map(({ sk }) => sk)).toEqual(
      items.slice(1, 7).map(({ sk }) => sk),
    );
  });

  test('an index lists the items that have its keys, and forgets those that lose them', async () => {
    const list = aPartition();
    const listed = (sk: string, listSk: string) => ({ pk: aPartition(), sk, listPk: list, listSk });
    const [a, b, c] = [listed('profile', '2026-01'), listed('profile', '2026-02'), listed('profile', '2026-03')];
    await table().putMany([a, b, c]);
    await table().put({ pk: b.pk, sk: b.sk });
    expect(await table().query(list, { index: 'byList' })).toEqual([a, c]);
    expect(await table().query(list, { index: 'byList', after: '2026-01', limit: 1 })).toEqual([c]);
    expect(await table().query(list, { index: 'byList', before: '2026-03', newestFirst: true })).toEqual([a]);
    const due = { pk: aPartition(), sk: 'profile', duePk: list, dueAt: '2026-01-01' };
    await table().put(due);
    expect(await table().query(list, { index: 'byDue', upTo: '2026-01-01' })).toEqual([due]);
  });
}

onEachEngine(({ table, endpoint }) => {
  contract(table);

  test('the local index is there and nothing is in it', async () => {
    const pk = aPartition();
    await table().put({ pk, sk: 'profile' });
    const found = await localClient(endpoint()).send(
      new QueryCommand({
        TableName: theTable.ref,
        IndexName: 'pinned',
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: pk } },
      }),
    );
    expect(found.Count).toBe(0);
  });
});

describe('in memory', () => {
  const table = memoryTable();
  contract(() => table);
});
