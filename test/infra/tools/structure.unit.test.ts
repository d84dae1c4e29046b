import { describe, expect, test } from 'vitest';
import { findBreaches, formatFinding, formatPlace, isBroken } from '#infra/tools/structure/report.ts';
import { type RuleName, rules } from '#infra/tools/structure/rules.ts';
import { parseTree } from '#infra/tools/structure/source-tree.ts';

/** The places at which files with these texts break a rule. */
const placesOf = (rule: RuleName, texts: Record<string, string>): string[] =>
  rules[rule].find(parseTree(texts)).map(formatPlace);

const lines = (count: number, line = 'call();'): string => Array.from({ length: count }, () => line).join('\n');

describe('names', () => {
  test('an exported name may not exist in two files of lib', () => {
    const texts = { 'lib/a/one.ts': 'export const same = 1;', 'lib/b/two.ts': '\nexport function same() {}' };
    expect(placesOf('repeated exports', texts)).toEqual(['lib/b/two.ts:2 same is also in lib/a/one.ts:1']);
  });

  test('names of a destructuring, of a type and of a class are exported names', () => {
    const texts = {
      'lib/a/one.ts': 'export const { a, b: [c] } = d; export type E = 1; export class F {}',
      'lib/b/two.ts': 'export const a = 1, c = 2; export interface E {} export enum F {}',
    };
    expect(placesOf('repeated exports', texts)).toHaveLength(4);
  });

  test.each([
    ['the names every function has', 'export const Env = 1; export const handler = 2;', 'lib/b/two.ts'],
    ['a schema and its type', 'export const Other = 1; export type Other = 2;', 'lib/b/two.ts'],
    ['a name that is not exported', 'const mine = 1;', 'lib/b/two.ts'],
    ['a file outside of lib', 'export const mine = 1;', 'functions/b/two.ts'],
  ])('%s may repeat', (_, text, path) => {
    const one = 'export const Env = 1; export const handler = 2; export const mine = 3;';
    expect(placesOf('repeated exports', { 'lib/a/one.ts': one, [path]: text })).toEqual([]);
  });

  test('a file name exists once in a word and may exist in another', () => {
    const texts = { 'lib/a/store.ts': '', 'lib/a/deep/store.ts': '', 'lib/b/store.ts': '' };
    expect(placesOf('repeated file names', texts)).toEqual(['lib/a/deep/store.ts is named like lib/a/store.ts']);
  });

  test('a file may not be named like its folder', () => {
    const texts = { 'lib/a/report/report.ts': '', 'lib/a/report/report-store.ts': '' };
    expect(placesOf('files named like folders', texts)).toEqual(['lib/a/report/report.ts is named like its folder']);
  });
});

describe('doc comments', () => {
  const bare = 'export const used = 1;\nexport const unused = 2;';

  test.each([
    ['a named import', "import { used as mine } from '../a/one.ts';", 1],
    ['a type import', "import { type used } from '../a/one.ts';", 1],
    ['a re-export', "export { used } from '../a/one.ts';", 1],
    ['an import of the module as a whole', "import * as all from '../a/one.ts';", 2],
    ['an import of another file', "import { used } from '../a/two.ts';", 0],
  ])('%s from another folder asks for them', (_, text, count) => {
    expect(placesOf('exports without doc', { 'lib/a/one.ts': bare, 'lib/b/two.ts': text })).toHaveLength(count);
  });

  test('the place is that of the export', () => {
    const texts = {
      'lib/a/one.ts': `\n${bare}`,
      'functions/b/c/handler.ts': "import { used } from '#lib/a/one.ts';",
    };
    expect(placesOf('exports without doc', texts)).toEqual(['lib/a/one.ts:2 used']);
  });

  test('an import from the root of a folder counts as one', () => {
    const texts = { 'lib/a/one.ts': 'export const used = 1;', 'lib/b/two.ts': "import { used } from '#lib/a/one.ts';" };
    expect(placesOf('exports without doc', texts)).toEqual(['lib/a/one.ts:1 used']);
  });

  test.each([
    ['an import from the same folder', 'lib/a/two.ts', bare],
    ['an import by infra', 'infra/two.ts', bare],
    ['an export with a doc comment', 'lib/b/two.ts', `/** Says it. */\n${bare}`],
    ['a type whose schema has one', 'lib/b/two.ts', `/** Says it. */\n${bare}\nexport type used = 1;`],
  ])('%s asks for none', (_, path, text) => {
    const imports = "import { used } from '../a/one.ts'; import { used as same } from './one.ts';";
    const target = path.startsWith('infra') ? "import { used } from '../lib/a/one.ts';" : imports;
    expect(placesOf('exports without doc', { 'lib/a/one.ts': text, [path]: target })).toEqual([]);
  });

  test('a plain comment is no doc comment', () => {
    const texts = { 'lib/a/one.ts': `// says it\n${bare}`, 'lib/b/two.ts': "import { used } from '../a/one.ts';" };
    expect(placesOf('exports without doc', texts)).toHaveLength(1);
  });
});

describe('sizes', () => {
  const folder = (count: number): Record<string, string> =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`infra/a/file-${i}.ts`, '']));

  test('a folder holds fifteen files, without those of the folders in it', () => {
    expect(placesOf('full folders', { ...folder(15), 'infra/a/b/more.ts': '', 'infra/a/page.md': '' })).toEqual([]);
    expect(placesOf('full folders', folder(16))).toEqual(['infra/a 16 files']);
  });

  test('a file has two hundred lines, the last line break not counted', () => {
    expect(placesOf('long files', { 'lib/a/one.ts': `${lines(200)}\n` })).toEqual([]);
    expect(placesOf('long files', { 'lib/a/one.ts': `${lines(201)}\n` })).toEqual(['lib/a/one.ts 201 lines']);
  });

  test('a schema that is named may be longer', () => {
    expect(placesOf('long files', { 'lib/journey/definition/step.ts': lines(201) })).toEqual([]);
  });
});

describe('functions', () => {
  test.each([
    ['a declaration', `export function long() {\n${lines(39)}\n}`, 'long'],
    ['an arrow function', `export const long = () => {\n${lines(39)}\n};`, 'long'],
    ['a method', `class A { long() {\n${lines(39)}\n} }`, 'long'],
    ['a constructor', `class A { constructor() {\n${lines(39)}\n} }`, 'constructor'],
    ['a property', `const a = { long: function () {\n${lines(39)}\n} };`, 'long'],
    ['an argument', `test('it', () => {\n${lines(39)}\n});`, 'argument of test'],
  ])('%s has at most forty lines', (_, text, name) => {
    expect(placesOf('long functions', { 'lib/a/one.ts': `/** Doc. */\n${text}` })).toEqual([
      `lib/a/one.ts:2 ${name}: 41 lines`,
    ]);
    expect(placesOf('long functions', { 'lib/a/one.ts': text.replace('call();\n', '') })).toEqual([]);
  });

  const inner = (count: number): string => `function outer() {\n  const inner = () => {\n${lines(count)}\n  };\n}`;

  test('a function inside another has at most ten lines', () => {
    expect(placesOf('long inner functions', { 'lib/a/one.ts': inner(8) })).toEqual([]);
    expect(placesOf('long inner functions', { 'lib/a/one.ts': inner(9) })).toEqual([
      'lib/a/one.ts:2 inner in outer: 11 lines',
    ]);
  });

  test('a method is inside a class, not inside a function', () => {
    expect(placesOf('long inner functions', { 'lib/a/one.ts': `class A {\n  run() {\n${lines(20)}\n  }\n}` })).toEqual(
      [],
    );
  });
});

describe('comments', () => {
  test('words are banned in comments of every form, in any case, as whole words', () => {
    const text = '// Nobody\n/* told */ call(); // meanwhile\n/** untold,\n * whoever */\nfunction f() {}';
    expect(placesOf('banned words', { 'lib/a/one.ts': text })).toEqual([
      'lib/a/one.ts:1 Nobody',
      'lib/a/one.ts:2 told',
      'lib/a/one.ts:2 meanwhile',
      'lib/a/one.ts:4 whoever',
    ]);
  });

  test('words are banned in pages', () => {
    expect(placesOf('banned words', { 'docs/a.md': '# A\n\nIt ends by\nitself.' })).toEqual(['docs/a.md:3 by itself']);
  });

  test('two words are found when a doc comment wraps between them', () => {
    expect(placesOf('banned words', { 'lib/a/one.ts': '/**\n * It ends by\n * itself.\n */' })).toEqual([
      'lib/a/one.ts:2 by itself',
    ]);
  });

  test.each(["'// told'", '"/* told */"', '`// told ${a} // told ${b} // told`', '/\\/\\/ told/', 'told'])(
    '%s is code, not a comment',
    (code) => expect(placesOf('banned words', { 'lib/a/one.ts': `call(${code});` })).toEqual([]),
  );

  test('a comment inside a template is found', () => {
    expect(placesOf('banned words', { 'lib/a/one.ts': 'call(`${a /* told */} // told`);' })).toHaveLength(1);
  });

  test('a line of a comment has at most a hundred characters, blanks before it counted', () => {
    const wide = 'x'.repeat(96);
    const text = `  // ${wide}\n// ${wide}\n/**\n * ${wide}\n *  ${wide}x\n */`;
    expect(placesOf('wide comments', { 'lib/a/one.ts': text })).toEqual([
      'lib/a/one.ts:1 101 wide',
      'lib/a/one.ts:5 101 wide',
    ]);
  });

  test('a comment behind code and a wide line of code are not lines of a comment', () => {
    expect(placesOf('wide comments', { 'lib/a/one.ts': `call('${'x'.repeat(100)}'); // why` })).toEqual([]);
  });
});

describe('limits', () => {
  const tree = parseTree({ 'lib/a/one.ts': '// told\n// told' });
  const findWith = (limit?: number) =>
    findBreaches(tree, { words: rules['banned words'] }, limit === undefined ? {} : { words: limit });

  test('a count at the limit is kept, without a hint', () => {
    const [finding] = findWith(2);
    expect(isBroken(finding!)).toBe(false);
    expect(formatFinding(finding!)).toHaveLength(1);
    expect(formatFinding(finding!)[0]).toMatch(/ 2 of 2 +words +Comments and docs/);
  });

  test('a count above the limit is broken and names the places', () => {
    const [finding] = findWith(1);
    expect(isBroken(finding!)).toBe(true);
    expect(formatFinding(finding!).join('\n')).toMatch(/^FAILED[^]*lib\/a\/one.ts:1 told\n *lib\/a\/one.ts:2 told$/);
  });

  test('a count below the limit asks to lower it', () => {
    const [finding] = findWith(3);
    expect(isBroken(finding!)).toBe(false);
    expect(formatFinding(finding!)[1]).toContain('lower the limit of words to 2');
  });

  test('a rule without a limit has the limit zero', () => {
    expect(isBroken(findWith()[0]!)).toBe(true);
  });

  test('of many places some are printed, and how to see them all', () => {
    const many = parseTree({ 'lib/a/one.ts': lines(32, '// told') });
    const [finding] = findBreaches(many, { words: rules['banned words'] }, {});
    expect(formatFinding(finding!).at(-1)).toContain("and 2 more: node infra/tools/check-structure.ts 'words'");
  });
});
