import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { accessPatternsPage } from '../infra/access-patterns.ts';

test('docs/access-patterns.md is what the keys make of it', () => {
  const page = readFileSync(new URL('../docs/access-patterns.md', import.meta.url), 'utf8');
  expect(page).toBe(accessPatternsPage());
});
