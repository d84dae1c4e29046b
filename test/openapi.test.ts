import { globSync, readFileSync } from 'node:fs';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { expect, test } from 'vitest';
import { openapiDocument } from '../lib/openapi.ts';

const document = openapiDocument();

async function lint(source: string): Promise<string[]> {
  const config = await createConfig({
    extends: ['recommended-strict'],
    rules: {
      // Some routes refuse nobody: health, this document.
      'operation-4xx-response': 'off',
    },
  });
  const problems = await lintFromString({ source, config });
  return problems.map(({ ruleId, message, location }) => `${ruleId} ${location[0]?.pointer ?? ''} ${message}`);
}

test('the document passes Redocly, strictly', async () => {
  expect(await lint(JSON.stringify(document))).toEqual([]);
});

test('Redocly looks at examples too', async () => {
  const source = JSON.stringify(document).replace('"event":"Order Completed"', '"event":7');
  expect(await lint(source)).toEqual([expect.stringContaining('example')]);
});

/** Routes the template serves: one is a family, and preflights are no operation of an API. */
const deployed = globSync('infra/*.ts')
  .flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/'((?:GET|PUT|POST|DELETE) \/[^']*)'/g)])
  .map(([, key = '']) => key)
  .filter((key) => key !== 'POST /v1/{kind}');

const kinds = 'track identify page screen group alias batch import t i p s g a b m'.split(' ');

test('every route that is deployed is in it, and no other', () => {
  const documented = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(documented.sort()).toEqual([...deployed, ...kinds.map((kind) => `POST /v1/${kind}`)].sort());
});

test('it can be made again', () => {
  expect(openapiDocument()).toEqual(document);
});
