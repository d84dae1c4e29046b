import { expect, test } from 'vitest';
import { aPartition, onEachEngine } from '../../support/tables.ts';

onEachEngine(({ table }) => {
  test('a write under a key longer than there are, or of too large an item, is refused for good with its key', async () => {
    const [pk, sk, pkToo] = [aPartition(), 'é'.repeat(513), aPartition()];
    const long = { pk, sk };
    const invalid = { code: 'write.invalid', facts: { keys: [long] } };
    const set = { expression: 'SET n = :n', values: { ':n': 1 } };
    await expect(table().put(long)).rejects.toMatchObject(invalid);
    await expect(table().update(long, set)).rejects.toMatchObject(invalid);
    await expect(table().replace(long, { expression: 'attribute_not_exists(pk)' })).rejects.toMatchObject(invalid);
    await expect(table().transact([{ put: { pk: pkToo, sk: 'a' } }, { put: long }])).rejects.toMatchObject(invalid);
    const large = { pk, sk: 'a', doc: 'x'.repeat(401 * 1_024) };
    const tooLarge = { code: 'write.item-too-large', facts: { keys: [{ pk, sk: 'a' }] } };
    await expect(table().put(large)).rejects.toMatchObject(tooLarge);
    await expect(table().transact([{ put: large }])).rejects.toMatchObject(tooLarge);
    expect(await table().query(pkToo)).toEqual([]);
  });
});
