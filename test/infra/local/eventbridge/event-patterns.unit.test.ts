import { expect, test } from 'vitest';
import { compilePattern } from '#infra/local/eventbridge/event-patterns.ts';

interface Row {
  pattern: unknown;
  takes: unknown[];
  leaves: unknown[];
}

const on = (conditions: unknown): unknown => ({ a: conditions });
const is = (...values: unknown[]): unknown[] => values.map((value) => ({ a: value }));

const table: Record<string, Row> = {
  'a value': { pattern: on(['x']), takes: is('x', ['y', 'x']), leaves: [...is('X', 'xx', null, ['y'], {}), {}] },
  'one of several values': { pattern: on(['x', 'y']), takes: is('x', 'y'), leaves: is('z') },
  'an empty text': { pattern: on(['']), takes: is(''), leaves: [...is(' ', null), {}] },
  null: { pattern: on([null]), takes: is(null), leaves: [...is('null', 0), {}] },
  'a number': { pattern: on([5]), takes: is(5, 5.0), leaves: is('5', 6) },
  'a flag': { pattern: on([true]), takes: is(true), leaves: is('true', false) },
  'two fields': {
    pattern: { a: ['x'], b: ['y'] },
    takes: [{ a: 'x', b: 'y', c: 1 }],
    leaves: [{ a: 'x' }, { b: 'y' }],
  },
  'a nested field': {
    pattern: { a: { b: { c: ['x'] } } },
    takes: [{ a: { b: { c: 'x' } } }, { a: [{ b: { c: 'x' } }] }],
    leaves: [{ a: { b: 'x' } }, { a: 'x' }, {}],
  },
  'objects in a list are matched one at a time': {
    pattern: { a: { b: ['x'], c: ['y'] } },
    takes: [{ a: [{ b: 'z' }, { b: 'x', c: 'y' }] }],
    leaves: [{ a: [{ b: 'x' }, { c: 'y' }] }],
  },
  prefix: { pattern: on([{ prefix: 'eu-' }]), takes: is('eu-', 'eu-west-1'), leaves: [...is('EU-', 'us', 3), {}] },
  'prefix, ignoring case': {
    pattern: on([{ prefix: { 'equals-ignore-case': 'EU-' } }]),
    takes: is('eu-west-1', 'EU-1'),
    leaves: is('us'),
  },
  suffix: { pattern: on([{ suffix: '.png' }]), takes: is('a.png'), leaves: is('a.PNG', 'png') },
  'suffix, ignoring case': {
    pattern: on([{ suffix: { 'equals-ignore-case': '.PNG' } }]),
    takes: is('a.png', 'a.Png'),
    leaves: is('a.jpg'),
  },
  'equals-ignore-case': { pattern: on([{ 'equals-ignore-case': 'Alice' }]), takes: is('aLICE'), leaves: is('Bob', 1) },
  wildcard: {
    pattern: on([{ wildcard: 'dir/*.png' }]),
    takes: is('dir/a.png', 'dir/.png', 'dir/a\nb.png'),
    leaves: is('dir/a.jpg', 'x/dir/a.png'),
  },
  'wildcard with a literal star': { pattern: on([{ wildcard: 'a\\*b*' }]), takes: is('a*bc'), leaves: is('axbc') },
  'wildcard knows no other magic': { pattern: on([{ wildcard: 'a.b(*' }]), takes: is('a.b(c'), leaves: is('axb(c') },
  'anything-but': {
    pattern: on([{ 'anything-but': 'x' }]),
    takes: is('y', 1, null, ['x', 'y']),
    leaves: [...is('x', ['x']), {}],
  },
  'anything-but a list': {
    pattern: on([{ 'anything-but': ['x', 'y', 1] }]),
    takes: is('z', 2),
    leaves: is('x', 'y', 1),
  },
  'anything-but a prefix': {
    pattern: on([{ 'anything-but': { prefix: 'in' } }]),
    takes: is('out', 1),
    leaves: is('init'),
  },
  'anything-but prefixes': {
    pattern: on([{ 'anything-but': { prefix: ['a', 'b'] } }]),
    takes: is('c'),
    leaves: is('ax', 'bx'),
  },
  'anything-but a suffix': {
    pattern: on([{ 'anything-but': { suffix: '.png' } }]),
    takes: is('a.jpg'),
    leaves: is('a.png'),
  },
  'anything-but a wildcard': {
    pattern: on([{ 'anything-but': { wildcard: ['*/lib/*', '*/bin/*'] } }]),
    takes: is('a/src/b'),
    leaves: is('a/lib/b', 'a/bin/b'),
  },
  'anything-but, ignoring case': {
    pattern: on([{ 'anything-but': { 'equals-ignore-case': ['One', 'Two'] } }]),
    takes: is('three'),
    leaves: is('ONE', 'two'),
  },
  'numeric, equal': { pattern: on([{ numeric: ['=', 3] }]), takes: is(3), leaves: is(4, '3') },
  'numeric, a range': {
    pattern: on([{ numeric: ['>', 10, '<=', 20] }]),
    takes: is(10.1, 20),
    leaves: [...is(10, 20.1), {}],
  },
  'exists true': {
    pattern: on([{ exists: true }]),
    takes: is('', 0, null, false, [1]),
    leaves: [{}, ...is([], { b: 1 })],
  },
  'exists false': { pattern: on([{ exists: false }]), takes: [{}, ...is([], { b: 1 })], leaves: is('', null) },
  'exists false below a field that is missing': {
    pattern: { a: { b: [{ exists: false }] } },
    takes: [{}, { a: {} }],
    leaves: [{ a: { b: 1 } }],
  },
  'exists false or a value': { pattern: on(['x', { exists: false }]), takes: [{}, { a: 'x' }], leaves: is('y') },
  cidr: { pattern: on([{ cidr: '10.0.0.0/24' }]), takes: is('10.0.0.255'), leaves: is('10.0.1.0', 'x', '::1') },
  'cidr of IPv6': {
    pattern: on([{ cidr: '2001:db8::/32' }]),
    takes: is('2001:db8::1'),
    leaves: is('2001:db9::1', '10.0.0.1'),
  },
  $or: {
    pattern: { c: [1], $or: [{ a: ['x'] }, { b: [{ numeric: ['>', 3] }] }] },
    takes: [
      { c: 1, a: 'x' },
      { c: 1, b: 4 },
    ],
    leaves: [{ c: 1 }, { c: 2, a: 'x' }, { c: 1, b: 3 }],
  },
  'names of the prototype are not fields': { pattern: { constructor: { name: ['Object'] } }, takes: [], leaves: [{}] },
};

test.each(Object.entries(table))('%s', (_, { pattern, takes, leaves }) => {
  const matches = compilePattern(pattern);
  for (const event of takes) expect({ event, matches: matches(event) }).toEqual({ event, matches: true });
  for (const event of leaves) expect({ event, matches: matches(event) }).toEqual({ event, matches: false });
});

test.each([
  ['a bare value', { a: 'x' }],
  ['an empty list', { a: [] }],
  ['an unknown operator', { a: [{ like: 'x' }] }],
  ['two operators in one condition', { a: [{ prefix: 'x', suffix: 'y' }] }],
  ['a comparison without a number', { a: [{ numeric: ['>', '3'] }] }],
  ['anything-but twice', { a: [{ 'anything-but': { 'anything-but': 'x' } }] }],
  ['two stars in a row', { a: [{ wildcard: 'a**' }] }],
  ['text that is no JSON', '{'],
])('%s is refused', (_, pattern) => {
  expect(() => compilePattern(pattern)).toThrow();
});

test('a filter of a stream may come as text', () => {
  const matches = compilePattern('{"eventName":["INSERT"],"dynamodb":{"Keys":{"sk":{"S":[{"prefix":"t#"}]}}}}');
  const record = (sk: string) => ({ eventName: 'INSERT', dynamodb: { Keys: { sk: { S: sk } } } });
  expect(matches(record('t#2026'))).toBe(true);
  expect(matches(record('profile'))).toBe(false);
});
