import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { applyScaffold } from '#infra/tools/scaffold/new.ts';
import { insertRow } from '#infra/tools/scaffold/edit.ts';
import { scaffoldFunction } from '#infra/tools/scaffold/function.ts';
import { scaffoldReport } from '#infra/tools/scaffold/report.ts';
import { scaffoldStep } from '#infra/tools/scaffold/step.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

const scaffolds = [
  ['function', scaffoldFunction('profile/find-duplicates'), 'findDuplicates'],
  ['function of journeys', scaffoldFunction('journey/rate-messages'), 'rateMessages'],
  ['step', scaffoldStep('rateLimit'), 'RateLimit'],
  ['report', scaffoldReport('repeat-purchases'), 'repeatPurchases'],
] as const;

test.each(scaffolds)('a new %s finds its tables in this tree, and is TypeScript', (_kind, scaffold, name) => {
  const texts = applyScaffold(scaffold, root);

  for (const [path, text] of texts) {
    const { diagnostics = [] } = ts.transpileModule(text, { reportDiagnostics: true });
    expect(diagnostics, path).toEqual([]);
  }
  for (const { path, row } of scaffold.rows) expect(texts.get(path)).toContain(`\n${row}\n`);
  expect([...texts.values()].some((text) => text.includes(name))).toBe(true);
});

test('a file that exists is not written over', () => {
  expect(() => applyScaffold(scaffoldReport('funnel'), root)).toThrow('lib/report/kinds/funnel-report.ts exists');
});

test('a row goes before the end of its own list, and a list that is gone is an error', () => {
  const text = 'const a = {\n  x: 1,\n};\nconst b = {\n  y: 1,\n};';
  const row = { path: 'tables.ts', begins: 'const b', ends: '};', row: '  z: 1,' };

  expect(insertRow(text, row)).toBe('const a = {\n  x: 1,\n};\nconst b = {\n  y: 1,\n  z: 1,\n};');
  expect(() => insertRow(text, { ...row, begins: 'const c' })).toThrow('tables.ts has no list that begins with');
});
