import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Problem } from '../../lib/aws/http/problem.ts';
import { openapiDocument } from '../../lib/api/openapi-document.ts';
import { startWorld, type World } from '../support/world.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 240_000 });

let world: World;
beforeAll(async () => (world = await startWorld()));
afterAll(() => world.stop());

interface Operation {
  requestBody?: { content: { 'application/json': { example?: unknown } } };
}

/** Routes that name something by its id. A PUT makes what is not there; the settings route takes any key. */
const routes = Object.entries(openapiDocument().paths ?? {})
  .filter(([path]) => path.includes('{') && !path.includes('{writeKey}'))
  .flatMap(([path, item]) =>
    Object.entries(item as Record<string, Operation>)
      .filter(([method]) => method !== 'put')
      .map(([method, { requestBody }]) => ({
        route: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase(),
        path,
        example: requestBody?.content['application/json'].example,
      })),
  );

async function ask({ method, path, example }: (typeof routes)[number], id: string) {
  const response = await fetch(`${world.url}${path.replace(/\{\w+\}/g, id)}`, {
    method,
    headers: { authorization: `Bearer ${world.local.keys.secret}`, 'content-type': 'application/json' },
    ...(method === 'POST' && { body: JSON.stringify(example ?? {}) }),
  });
  return { response, problem: Problem.parse(await response.json()) };
}

describe.each(['no-such-thing', encodeURIComponent('No such thing, 없음!')])('for the unknown id %s', (id) => {
  test.each(routes)('$route answers 404', async (route) => {
    const { response, problem } = await ask(route, id);
    expect({ status: response.status, code: problem.code }).toEqual({
      status: 404,
      code: expect.stringMatching(/unknown|no-draft/) as unknown,
    });
    expect(response.headers.get('content-type')).toBe('application/problem+json');
  });
});

test.each(routes)('$route says of an id that is no text that the path is malformed', async (route) => {
  const { response, problem } = await ask(route, '%ff');
  expect([response.status, problem.code]).toEqual([400, 'path.malformed']);
  expect(response.headers.get('content-type')).toBe('application/problem+json');
});
