import { expect, test } from 'vitest';
import { corsHeaders, preflightHeaders } from '#lib/aws/http/cors.ts';
import { openapiDocument } from '#lib/api/openapi-document.ts';

interface Operation {
  parameters?: { in: string; name: string }[];
}

/** Every documented route: its method, and the headers it reads besides those of any request. */
const routes = Object.entries(openapiDocument().paths ?? {}).flatMap(([path, item]) =>
  Object.entries(item as Record<string, Operation>).map(([method, { parameters = [] }]) => ({
    route: `${method.toUpperCase()} ${path}`,
    method: method.toUpperCase(),
    headers: parameters.filter((one) => one.in === 'header').map(({ name }) => name.toLowerCase()),
  })),
);

const namesIn = (list = ''): string[] => list.split(',').map((name) => name.trim());

test.each(routes)('a page may call $route with each header it reads', ({ method, headers }) => {
  const answer = preflightHeaders(undefined);
  expect(namesIn(answer['access-control-allow-methods'])).toContain(method);
  const allowed = namesIn(answer['access-control-allow-headers']);
  expect([...headers, 'authorization', 'content-type'].filter((name) => !allowed.includes(name))).toEqual([]);
});

test('a preflight that names headers is allowed them', () => {
  expect(preflightHeaders('authorization,x-mine')['access-control-allow-headers']).toBe('authorization,x-mine');
});

test('a page may read what it needs for its next request', () => {
  expect(namesIn(corsHeaders['access-control-expose-headers'])).toEqual(['ETag', 'Retry-After', 'X-Request-Id']);
});
