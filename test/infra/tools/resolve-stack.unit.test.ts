import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { buildDirectory, buildFunctions, sourceMapOf } from '#infra/tools/build.ts';
import { inSources } from '#infra/tools/resolve-stack.ts';

let bundle: string;
let map: string;
beforeAll(async () => {
  await buildFunctions();
  bundle = readFileSync(join(buildDirectory, 'ingestion/collect/index.mjs'), 'utf8');
  map = await sourceMapOf('ingestion/collect');
}, 60_000);

/** Where a text stands in the bundle that is deployed, as a stack trace tells it. */
function placeOf(text: string): string {
  const before = bundle.slice(0, bundle.indexOf(text)).split('\n');
  return `index.mjs:${before.length}:${(before.at(-1) ?? '').length + 1}`;
}

test('a place in a deployed bundle is told as the place in the sources', () => {
  const source = readFileSync('functions/ingestion/ingest-messages/handler.ts', 'utf8').split('\n');
  const line = source.findIndex((text) => text.includes("'route.unknown'")) + 1;
  const trace = `    at async rn (file:///var/task/${placeOf('"route.unknown"')})`;
  const column = (source[line - 1] ?? '').indexOf("'route.unknown'") + 1;
  expect(inSources(trace, map)).toBe(
    `    at async rn (functions/ingestion/ingest-messages/handler.ts:${line}:${column})`,
  );
});

test('what is no place in a bundle stays as it is', () => {
  const trace = 'Error: gone\n    at process.processTicksAndRejections (node:internal/process/task_queues:104:5)';
  expect(inSources(trace, map)).toBe(trace);
});
