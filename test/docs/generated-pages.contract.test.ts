import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { accessPatternsPage } from '../../infra/tools/access-patterns/access-patterns-page.ts';
import { codeMapPage } from '../../infra/tools/generated-docs/code-map.ts';
import { eventSchemas } from '../../infra/tools/generated-docs/event-schemas.ts';

test('docs/access-patterns.md is what the keys make of it', () => {
  const page = readFileSync(new URL('../../docs/access-patterns.md', import.meta.url), 'utf8');
  expect(page).toBe(accessPatternsPage());
});

test('docs/code-map.md is what the READMEs of the folders make of it', () => {
  expect(readFileSync(new URL('../../docs/code-map.md', import.meta.url), 'utf8')).toBe(codeMapPage());
});

const bus = new URL('../../events/bus/', import.meta.url);

test('events/bus/schemas are what the catalog of events makes of them, and no others', () => {
  const schemas = new URL('schemas/', bus);
  const there = readdirSync(schemas).map((file) => [file, readFileSync(new URL(file, schemas), 'utf8')]);
  expect(Object.fromEntries(there)).toEqual(eventSchemas());
});

test.each(Object.entries(eventSchemas()))(
  'the sample in %s is of its schema, and still is with a field more',
  (file, text) => {
    const schema = z.fromJSONSchema(JSON.parse(text) as Parameters<typeof z.fromJSONSchema>[0]);
    const { detail } = z
      .object({ detail: z.looseObject({}) })
      .parse(JSON.parse(readFileSync(new URL(file, bus), 'utf8')));
    expect(schema.safeParse({ ...detail, more: 1 }).error).toBeUndefined();
    expect(schema.safeParse({ ...detail, id: 7 }).success).toBe(false);
  },
);
