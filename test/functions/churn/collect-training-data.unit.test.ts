import { beforeEach, expect, test, vi } from 'vitest';
import { collectTrainingData, type Gathering } from '#functions/churn/collect-training-data/handler.ts';
import { tableExport } from '#lib/aws/table/table-export.ts';
import { type KeyDays } from '#lib/model/profile.ts';
import { defaultChurnDefinition } from '#lib/model/churn-definition.ts';
import { type SampledCustomer, drawOf, historiesOf, sampleShares } from '#lib/churn/training/training-sample.ts';
import { createSampleDrawer } from '#lib/churn/training/draw-sample.ts';
import { sampleStore } from '#lib/churn/training/sample-store.ts';
import { type Item } from '#lib/aws/table/dynamo-table.ts';
import { pointerItem, profileItem } from '#lib/profile/profile-store.ts';
import { bucketOf, dataFilesOf, exportArn, exportOf, lineOf } from '../../support/exported-table.ts';
import { memoryTable } from '../../support/memory-table.ts';
import { buyer, day } from '../../churn/churn-customer.ts';

const anHour = { getRemainingTimeInMillis: () => 3_600_000 };
const now = day(200);

let printed: string[];

/** Metric lines go past `console`, so the runner cannot hold them back. */
beforeEach(() => {
  printed = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => printed.push(String(line)) > 0);
});

function aBuyer(workspace: string, name: string, keyDays: KeyDays = { recent: [{ day: 20_500, worth: 20 }] }): Item {
  return profileItem({ ...buyer({ n: 1, every: 30 }), workspace, customer: `u:${name}`, keyDays }, 1);
}
const buyers = (workspace: string, n: number, prefix = 'c'): string[] =>
  Array.from({ length: n }, (_, i) => lineOf(aBuyer(workspace, `${prefix}${i}`)));

/** What calls of the function leave in the table, of whichever export. */
function aWorld(objects: Record<string, Buffer>, pieceBytes?: number) {
  const table = memoryTable();
  const samples = sampleStore(table);
  const exported = tableExport(bucketOf(objects, pieceBytes));
  const call = collectTrainingData({ exported, samples, clock: { now: () => now } });
  const asked = { workspace: 'shop', run: 'r1', definition: defaultChurnDefinition, exported: exportArn };
  const drawnBy = async (gathered: Gathering[]): Promise<SampledCustomer[]> => {
    const drawn: SampledCustomer[] = [];
    for (const { share, parts } of gathered)
      drawn.push(...(await samples.read({ workspace: gathered[0]!.workspace, run: 'r1', share }, parts)));
    return drawn;
  };
  return {
    ...{ table, call, drawnBy },
    of: (share: number, more: Partial<Gathering> = {}) => ({ ...asked, share, ...more }),
    /** All shares, each to its end. */
    async gathered(workspace = 'shop', context = anHour): Promise<Gathering[]> {
      return Promise.all(
        Array.from({ length: sampleShares }, async (_, share) => {
          let gathering = await call({ ...asked, workspace, share }, context);
          while (gathering.place) gathering = await call(gathering, context);
          return gathering;
        }),
      );
    },
  };
}

const drawsOf = (drawn: SampledCustomer[]): number[] => drawn.map(([draw]) => draw).sort((a, b) => a - b);
const drawsOfCustomers = (workspace: string, n: number, prefix = 'c'): number[] =>
  Array.from({ length: n }, (_, i) => drawOf({ workspace, customer: `u:${prefix}${i}` })).sort((a, b) => a - b);

test('each customer with a key event is in the sample once, whichever file it lies in', async () => {
  const all = buyers('shop', 90);
  const world = aWorld(exportOf(...[0, 1, 2, 3, 4, 5].map((file) => all.slice(file * 15, file * 15 + 15))));
  const gathered = await world.gathered();
  expect(drawsOf(await world.drawnBy(gathered))).toEqual(drawsOfCustomers('shop', 90));
  expect(gathered.map(({ kept }) => kept)).toEqual([30, 30, 15, 15]);
});

test('of two workspaces in one export each training sees its own, and none of one whose name begins alike', async () => {
  const lines = [...buyers('shop', 20), ...buyers('shop-2', 30, 'd'), ...buyers('other', 5, 'e')];
  const world = aWorld(exportOf(lines));
  expect(drawsOf(await world.drawnBy(await world.gathered('shop')))).toEqual(drawsOfCustomers('shop', 20));
  expect(drawsOf(await world.drawnBy(await world.gathered('shop-2')))).toEqual(drawsOfCustomers('shop-2', 30, 'd'));
});

test('whatever else the table holds is passed over', async () => {
  const mina = { workspace: 'shop', customer: 'u:mina' };
  const { keyDays: _, ...never } = { ...buyer({ n: 0, every: 1 }), workspace: 'shop', keyDays: undefined };
  const others: Item[] = [
    { pk: 'shop#u:c0', sk: 't#2026-01-01T00:00:00.000Z#m', doc: JSON.stringify({ name: '"profile"', of: '"shop#' }) },
    { pk: 'shop#workspace', sk: 'settings', name: 'profile' },
    { pk: 'other#u:c0', sk: 'profile', doc: 'shop#', note: 'shop#profile' },
    pointerItem({ ...mina, customer: 'a:1' }, mina, 2),
    profileItem(never, 1),
  ];
  const world = aWorld(exportOf([...others.map(lineOf), ...buyers('shop', 1)]));
  expect(await world.drawnBy(await world.gathered())).toHaveLength(1);
});

test('a line that cannot be read is told of and passed over', async () => {
  const told = vi.spyOn(console, 'error').mockReturnValue(undefined);
  const half = lineOf(aBuyer('shop', 'half')).slice(0, -20);
  const noProfile = lineOf({ pk: 'shop#u:odd', sk: 'profile', doc: 'not a profile' });
  const world = aWorld(exportOf([half, 'garbage', noProfile, ...buyers('shop', 3)]));
  expect(await world.drawnBy(await world.gathered())).toHaveLength(3);
  expect(told).toHaveBeenCalledTimes(1);
  expect(printed.filter((line) => line.includes('"unreadable":2'))).toHaveLength(1);
});

test('a file that is missing or broken fails the call: it is no smaller sample', async () => {
  const objects = exportOf(buyers('shop', 50), buyers('shop', 50, 'd'));
  const [first = '', second = ''] = dataFilesOf(objects);
  const missing = Object.fromEntries(Object.entries(objects).filter(([key]) => key !== second));
  const world = aWorld(missing);
  await expect(world.call(world.of(1), anHour)).rejects.toThrow('NoSuchKey');
  expect(await world.call(world.of(0), anHour)).toMatchObject({ kept: 50 });
  const torn = aWorld({ ...objects, [first]: objects[first]!.subarray(0, -9) });
  await expect(torn.call(torn.of(0), anHour)).rejects.toThrow();
});

test('an export of nothing is an empty sample', async () => {
  const world = aWorld(exportOf([], []));
  expect((await world.gathered()).map(({ kept, parts }) => [kept, parts])).toEqual(Array(sampleShares).fill([0, 0]));
});

test('a call that is out of time says where to go on, in mid-file, and nobody is missed or taken twice', async () => {
  const world = aWorld(exportOf(buyers('shop', 400), buyers('shop', 400, 'd')), 100);
  const hurried = { getRemainingTimeInMillis: () => 1_000 };
  const first = await world.call(world.of(0), hurried);
  expect(first.place).toMatchObject({ file: 0 });
  expect(first.place!.line).toBeGreaterThan(0);
  const gathered = await world.gathered('shop', hurried);
  expect(gathered[0]!.parts).toBeGreaterThan(1);
  const all = [...drawsOfCustomers('shop', 400), ...drawsOfCustomers('shop', 400, 'd')].sort((a, b) => a - b);
  expect(drawsOf(await world.drawnBy(gathered))).toEqual(all);
});

test('a call made again leaves the same parts', async () => {
  const world = aWorld(exportOf(buyers('shop', 300)));
  const once = await world.call(world.of(0), anHour);
  const rows = JSON.stringify(world.table.all());
  expect(await world.call(world.of(0), anHour)).toEqual(once);
  expect(JSON.stringify(world.table.all())).toBe(rows);
});

test('parts that a dead try left beyond those that count are not read', async () => {
  const world = aWorld(exportOf(buyers('shop', 10)));
  const stale = { run: 'r1', workspace: 'shop', share: 0, part: 1 };
  await sampleStore(world.table).put(stale, [[0.5, 'x']], now);
  expect(await world.drawnBy(await world.gathered())).toHaveLength(10);
});

/** A sampler, and what it has written. */
function aSampler(most: number) {
  const parts: SampledCustomer[][] = [];
  const put = (part: SampledCustomer[], number: number) => Promise.resolve(void (parts[number] = part));
  return { parts, sample: createSampleDrawer({ bound: 1, kept: 0, parts: 0 }, { most, put }) };
}

test('of many a bounded and even sample is kept', async () => {
  const { sample, parts } = aSampler(500);
  for (let n = 0; n < 8_000; n++) {
    const draw = drawOf({ workspace: 'shop', customer: `u:${n}` });
    if (draw < sample.sampling().bound) sample.add([draw, 'x'.repeat(1_000)]);
    await sample.write();
  }
  await sample.write(true);
  const { bound } = sample.sampling();
  const kept = historiesOfDraws(parts.flat(), bound);
  expect(kept).toBe(drawsBelow(8_000, bound));
  expect(kept).toBeGreaterThan(200);
  expect(kept).toBeLessThanOrEqual(600);
});

const historiesOfDraws = (drawn: SampledCustomer[], bound: number): number =>
  historiesOf(
    drawn.map(([draw]) => [draw, '']),
    bound,
  ).length;
const drawsBelow = (n: number, bound: number): number =>
  Array.from({ length: n }, (_, i) => drawOf({ workspace: 'shop', customer: `u:${i}` })).filter((draw) => draw < bound)
    .length;

test('no part outgrows an item of the table, whatever language attributes are in', async () => {
  const { sample, parts } = aSampler(5_000);
  for (let n = 0; n < 300; n++) {
    sample.add([n / 300, '', { note: '안'.repeat(1_000) }]);
    await sample.write();
  }
  await sample.write(true);
  for (const part of parts) expect(Buffer.byteLength(JSON.stringify(part))).toBeLessThan(400_000);
});
