import { type Scaffold } from './edit.ts';
import { camelCase, pascalCase } from './case.ts';

const kind = (name: string): string => {
  const [camel, type] = [camelCase(name), pascalCase(name)];
  return `import * as z from 'zod';
import { type ReportKindDefinition } from './report-kind.ts';
import { Common } from './report-options.ts';

export const ${type}Request = Common.extend({ kind: z.literal('${camel}') });

export const ${type}Answer = z.object({ kind: z.literal('${camel}'), customers: z.int(), touchpoints: z.int() });

/** Counts the customers with a touchpoint in the period, and their touchpoints. */
export const ${camel}Kind: ReportKindDefinition<z.infer<typeof ${type}Request>, z.infer<typeof ${type}Answer>> = {
  reads: 'touchpoints',
  lists: [],
  run() {
    let [customers, touchpoints] = [0, 0];
    return {
      add({ touches }) {
        if (touches.length === 0) return;
        customers += 1;
        touchpoints += touches.length;
      },
      result: () => ({ kind: '${camel}', customers, touchpoints }),
    };
  },
};
`;
};

const test = (name: string): string => `import { expect, test } from 'vitest';
import { aShop, found } from '../report-world.ts';

test('customers and their touchpoints are counted', async () => {
  const answer = await found(await aShop(), { kind: '${camelCase(name)}' });

  expect(answer).toMatchObject({ customers: 10 });
});
`;

/**
 * Returns the files and rows of a report kind that counts, to be changed into the one that is
 * wanted.
 */
export function scaffoldReport(name: string): Scaffold {
  const [camel, type] = [camelCase(name), pascalCase(name)];
  const path = 'lib/report/kinds/report-request.ts';
  const union = (schema: string) => ({
    path,
    begins: `export const Report${schema} = z.discriminatedUnion(`,
    ends: ']);',
    row: `  ${type}${schema},`,
  });
  return {
    files: [
      { path: `lib/report/kinds/${name}-report.ts`, text: kind(name) },
      { path: `test/report/kinds/${name}-report.contract.test.ts`, text: test(name) },
    ],
    rows: [
      union('Request'),
      union('Answer'),
      { path, begins: 'export const reportKinds', ends: '};', row: `  ${camel}: ${camel}Kind,` },
    ],
    imports: [{ path, line: `import { ${type}Answer, ${camel}Kind, ${type}Request } from './${name}-report.ts';` }],
    next: [
      `lib/report/kinds/${name}-report.ts: request, answer, and in lists what may be cut to fit the table`,
      'the computation in a folder of lib/report, without tables',
      'docs/reports.md: a row; test/report/report-answers.unit.test.ts',
      'npm run docs, npm run check, npm test -- test/report test/api',
    ],
  };
}
