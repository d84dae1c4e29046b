import type { DynamoDBRecord } from 'aws-lambda';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Table } from '#lib/aws/table/dynamo-table.ts';
import { ownerOf, type Touchpoint } from '#lib/model/touchpoint.ts';
import { aTouchpoint, folded, minutes } from '../../profile/profile-examples.ts';
import { aWorld, raised, record, sequenceOf, type World } from '../../projection/projector-harness.ts';

/** Numbers from 0 to 1, the same for a seed. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
}

/** Of ten writes three are refused, one is lost on the way there, and one succeeds with nobody hearing of it. */
function troubled(random: () => number): (table: Table) => Table {
  const trouble = async <Answer>(refused: Answer, write: () => Promise<Answer>): Promise<Answer> => {
    const fate = random();
    if (fate < 0.3) return refused;
    if (fate < 0.4) throw raised('ThrottlingException');
    const written = await write();
    if (fate < 0.5) throw raised('TimeoutError', 'no answer to the write');
    return written;
  };
  return (table) => ({
    ...table,
    put: (...args) => trouble(false, () => table.put(...args)),
    replace: (...args) => trouble({ done: false, present: undefined }, () => table.replace(...args)),
    transact: (...args) => trouble(false, () => table.transact(...args)),
  });
}

/** As Lambda reads a shard: batches in order, each told again from its first failure on, and now and then a second time whole. */
async function readShard(world: World, shard: DynamoDBRecord[], random: () => number): Promise<void> {
  for (let at = 0; at < shard.length;) {
    const batch = shard.slice(at, at + 1 + Math.floor(random() * 8));
    const failed = new Set(await world.fold(...batch));
    const first = batch.findIndex((one) => failed.has(sequenceOf(one)));
    if (first === -1 && random() < 0.3) await world.fold(...batch);
    at += first === -1 ? batch.length : first;
  }
}

/** One person on two devices and with two user ids, and somebody else. */
const sketch = fc.constantFrom(
  { anonymousId: 'v1', userId: undefined },
  { anonymousId: 'v2', userId: undefined },
  { userId: 'ada' },
  { userId: 'ada', anonymousId: 'v1' },
  { userId: 'ada', anonymousId: 'v2' },
  { userId: 'old' },
  { userId: 'bo' },
);

function story(seed: number): Touchpoint[] {
  const sketches = fc.sample(sketch, { seed, numRuns: 60 });
  const all = sketches.map((who, i) =>
    aTouchpoint({ ...who, name: 'Order Completed', at: minutes(i), properties: { revenue: 1.1 } }),
  );
  const ends = [{ anonymousId: 'v1' }, { anonymousId: 'v2' }].map((who) =>
    aTouchpoint({ userId: 'ada', ...who, at: minutes(90) }),
  );
  const alias = aTouchpoint({ type: 'alias', name: 'Aliased', userId: 'ada', previousId: 'old', at: minutes(91) });
  return [...all, ...ends, alias];
}

test.each([1, 2, 3])(
  'in trouble of every kind, shards read at once and told again, each touchpoint is folded once (story %i)',
  async (seed) => {
    const random = seeded(seed);
    const world = await aWorld({ around: troubled(random) });
    const all = story(seed);
    const shards = Map.groupBy(all, (touchpoint) => (ownerOf(touchpoint) ?? '').length % 2 === 0);
    const others = all.filter((touchpoint) => touchpoint.userId === 'bo');
    await Promise.all(
      [...shards.values()].map((shard) =>
        readShard(
          world,
          shard.map((one) => record(one)),
          random,
        ),
      ),
    );
    const mine = folded(all.filter((touchpoint) => touchpoint.userId !== 'bo'));
    const { counts, purchases, firstSeen, lastSeen } = mine;
    expect(await world.profile('u:ada')).toMatchObject({ counts, purchases, firstSeen, lastSeen });
    expect((await world.profile('u:bo'))?.purchases).toEqual(folded(others, 'u:bo').purchases);
  },
);
