import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { type Bundle, measureBundles, measureColdStart } from './bundles.ts';
import { startChild } from './child.ts';
import { type Cost, edgePerMillion, measureCosts } from './costs.ts';
import { measureCompile } from './compile.ts';
import { measureCollect } from './ingestion.ts';
import { measureBursts, measureLatency } from './latency.ts';
import { type Baseline, type Figure, grew, line, page } from './report.ts';
import { measureBatches, measureEngine, measureSingles } from './throughput.ts';
import { measureWaiting, waitingFigures } from './waiting.ts';
import { startBenchWorld } from './world.ts';

const baselineFile = new URL('baseline.json', import.meta.url);
const costsFile = new URL('../docs/costs.md', import.meta.url);

const costFigures = (name: string, cost: Cost, most?: number): Figure[] => [
  { name: `${name}: DynamoDB requests`, value: cost.dynamoRequests, unit: '', counted: true },
  { name: `${name}: write units`, value: cost.writeUnits, unit: '', counted: true },
  { name: `${name}: read units`, value: cost.readUnits, unit: '', counted: true },
  { name: `${name}: bus events`, value: cost.busEvents, unit: '', counted: true },
  { name: `${name}: invocations`, value: cost.invocations, unit: '', counted: true },
  { name: `${name}: state transitions`, value: cost.stateTransitions, unit: '', counted: true },
  { name: `${name}: log`, value: cost.logBytes, unit: 'bytes', counted: true },
  {
    ...{ name: `${name}: a million`, value: cost.usdPerMillion, unit: 'USD', counted: true },
    ...(most !== undefined && { atMost: most }),
  },
];

const bundleFigures = (bundles: Bundle[]): Figure[] =>
  bundles.flatMap(({ name, bytes, importMs }) => [
    {
      ...{ name: `${name}: bundle`, value: bytes / 1_000, unit: 'KB', counted: true },
      ...(name === 'ingestion/collect' && { atMost: 360 }),
    },
    { name: `${name}: cold import`, value: importMs, unit: 'ms' },
  ]);

async function counted(): Promise<Figure[]> {
  const world = await startBenchWorld();
  try {
    const { endpoint, tableName } = world.local.engine;
    const cold = await measureColdStart({ endpoint, table: tableName, rounds: 15 });
    const { single, batched, journeyEntry } = await measureCosts(world);
    return [
      { name: 'collect, cold import and first call', value: cold.collectMs, unit: 'ms' },
      { name: 'the same of the reference bundle', value: cold.referenceMs, unit: 'ms' },
      { name: 'of the reference', value: cold.collectMs / cold.referenceMs, unit: '', atMost: 0.8 },
      ...costFigures('touchpoint alone', single, 4.5),
      {
        name: 'touchpoint alone, through the edge: a million',
        value: single.usdPerMillion + edgePerMillion,
        unit: 'USD',
        atMost: 5.5,
      },
      ...costFigures('touchpoint of a batch of 100', batched, 2.5),
      ...costFigures('journey entry', journeyEntry),
    ];
  } finally {
    await world.stop();
  }
}

async function timed(): Promise<Figure[]> {
  const engine = await measureEngine(5);
  const runner = await startChild();
  try {
    const { url } = runner;
    const latency = await measureLatency(url, { count: 200, perSecond: 10 });
    const [first = NaN, , third = NaN] = await measureBursts(url, { crowds: 3, count: 200 });
    const rates = [];
    for (const clients of [1, 16, 64]) rates.push(await measureSingles(url, clients, 8));
    const [one = NaN, sixteen = NaN, most = NaN] = rates;
    const batches = await measureBatches(url, 8);
    return [
      { name: 'event to first message, 10 customers a second: p50', value: latency.p50, unit: 'ms', atMost: 40 },
      { name: 'event to first message, 10 customers a second: p99', value: latency.p99, unit: 'ms', atMost: 200 },
      { name: '200 customers at once: last first message', value: first, unit: 'ms', atMost: 2_000 },
      { name: 'the third such crowd: last first message', value: third, unit: 'ms' },
      { name: 'engine alone, 64 lanes', value: engine, unit: 'puts/s' },
      { name: 'touchpoints, 1 client', value: one, unit: '/s' },
      { name: 'touchpoints, 16 clients', value: sixteen, unit: '/s' },
      { name: 'touchpoints, 64 clients', value: most, unit: '/s', atLeast: engine / 2 },
      { name: 'touchpoints in batches of 100', value: batches, unit: '/s' },
    ];
  } finally {
    await runner.stop();
  }
}

/**
 * `npm run bench [-- --record]`: prints every figure with its target; fails when a counted one grew past the recorded baseline. `--record`
 * makes these figures the baseline and `docs/costs.md`.
 */
async function main(): Promise<void> {
  const record = process.argv.includes('--record');
  const baseline = (
    existsSync(baselineFile) && !record ? JSON.parse(readFileSync(baselineFile, 'utf8')) : {}
  ) as Baseline;
  const { batchedUs, singleUs } = await measureCollect();
  const figures: Figure[] = [
    ...bundleFigures(await measureBundles({ rounds: 5 })),
    ...(await timed()),
    ...waitingFigures(await measureWaiting()),
    ...measureCompile(),
    { name: 'collect, own code, batched', value: batchedUs, unit: 'µs CPU', atMost: 60 },
    { name: 'collect, own code, alone', value: singleUs, unit: 'µs CPU' },
    ...(await counted()),
  ];
  for (const figure of figures) console.log(line(figure, baseline));
  if (record) {
    const kept = Object.fromEntries(figures.filter((figure) => figure.counted).map(({ name, value }) => [name, value]));
    writeFileSync(baselineFile, `${JSON.stringify(kept, undefined, 2)}\n`);
    writeFileSync(costsFile, page(figures, new Date().toISOString()));
  }
  process.exit(figures.some((figure) => grew(figure, baseline)) ? 1 : 0);
}

await main();
