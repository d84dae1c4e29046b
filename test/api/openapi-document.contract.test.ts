import { createConfig, lintFromString } from '@redocly/openapi-core';
import { expect, test, vi } from 'vitest';
import { assemble } from '../../infra/local/template/assembly.ts';
import { readAssembly } from '../../infra/local/template/template.ts';
import { openapiDocument } from '../../lib/api/openapi-document.ts';

// The first test file on a fresh machine builds the template.
vi.setConfig({ testTimeout: 120_000 });

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
async function deployedRoutes(): Promise<string[]> {
  const { routes } = readAssembly(await assemble());
  return routes
    .map(({ routeKey }) => routeKey)
    .filter((key) => key !== 'POST /v1/{kind}' && key !== '$default' && !key.startsWith('OPTIONS'));
}

const kinds = 'track identify page screen group alias batch import t i p s g a b m'.split(' ');

test('every route that is deployed is in it, and no other', async () => {
  const documented = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(documented.sort()).toEqual([...(await deployedRoutes()), ...kinds.map((kind) => `POST /v1/${kind}`)].sort());
});

test('it can be made again', () => {
  expect(openapiDocument()).toEqual(document);
});
