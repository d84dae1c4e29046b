import { BlockList, isIP } from 'node:net';
import { isJsonObject, type Json, type JsonObject } from '#lib/shared/json.ts';

/** Whether an event matches. */
export type Matcher = (event: unknown) => boolean;

/** Whether a leaf of an event (text, number, flag or null) matches. */
type LeafTest = (leaf: unknown) => boolean;

const wrong = (problem: string, part: unknown): Error =>
  new Error(`event pattern: ${problem}: ${JSON.stringify(part)}`);

/** Tests by operator. `exists` is elsewhere, as it can match a missing field. */
const operators: Record<string, (operand: Json) => LeafTest> = {
  prefix: (operand) => affix(operand, (text, prefix) => text.startsWith(prefix)),
  suffix: (operand) => affix(operand, (text, suffix) => text.endsWith(suffix)),
  'equals-ignore-case': (operand) => {
    const wanted = textOf(operand).toLowerCase();
    return (leaf) => typeof leaf === 'string' && leaf.toLowerCase() === wanted;
  },
  wildcard: (operand) => {
    const shape = wildcard(textOf(operand));
    return (leaf) => typeof leaf === 'string' && shape.test(leaf);
  },
  numeric,
  cidr,
  'anything-but': anythingBut,
};

function textOf(operand: Json | undefined): string {
  if (typeof operand !== 'string') throw wrong('expected a text', operand);
  return operand;
}

/** `{"prefix": "eu-"}` or `{"prefix": {"equals-ignore-case": "EU-"}}`. */
function affix(operand: Json, has: (text: string, affix: string) => boolean): LeafTest {
  if (!isJsonObject(operand)) {
    const wanted = textOf(operand);
    return (leaf) => typeof leaf === 'string' && has(leaf, wanted);
  }
  const wanted = textOf(operand['equals-ignore-case']).toLowerCase();
  return (leaf) => typeof leaf === 'string' && has(leaf.toLowerCase(), wanted);
}

const literally = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** `*` stands for any text, `\*` for itself. */
function wildcard(text: string): RegExp {
  if (/\*\*/.test(text)) throw wrong('two * in a row', text);
  const parts = text.match(/\\.|\*|[^\\*]+/gs) ?? [];
  const source = parts.map((part) => (part === '*' ? '.*' : literally(part.startsWith('\\') ? part.slice(1) : part)));
  return new RegExp(`^${source.join('')}$`, 's');
}

const comparisons: Record<string, (a: number, b: number) => boolean> = {
  '=': (a, b) => a === b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

/** `[">", 0, "<=", 5]`. */
function numeric(operand: Json): LeafTest {
  if (!Array.isArray(operand) || operand.length === 0 || operand.length % 2 !== 0)
    throw wrong('numeric takes pairs of a comparison and a number', operand);
  const tests = operand.flatMap((sign, i) => {
    if (i % 2 === 1) return [];
    const compare = comparisons[textOf(sign)];
    const bound = operand[i + 1];
    if (!compare || typeof bound !== 'number') throw wrong('not a comparison with a number', operand);
    return [(n: number) => compare(n, bound)];
  });
  return (leaf) => typeof leaf === 'number' && tests.every((test) => test(leaf));
}

function cidr(operand: Json): LeafTest {
  const [address = '', bits = ''] = textOf(operand).split('/');
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  const range = new BlockList();
  range.addSubnet(address, Number(bits), family);
  return (leaf) =>
    typeof leaf === 'string' && isIP(leaf) !== 0 && range.check(leaf, isIP(leaf) === 6 ? 'ipv6' : 'ipv4');
}

/**
 * Takes one value or a list, plain or under `prefix`, `suffix`, `equals-ignore-case` or `wildcard`.
 */
function anythingBut(operand: Json): LeafTest {
  const [name, inner] = isJsonObject(operand) ? (Object.entries(operand)[0] ?? []) : [undefined, operand];
  const operator = name === undefined ? exactly : name === 'anything-but' ? undefined : operators[name];
  if (!operator || inner === undefined) throw wrong('anything-but takes no such operator', operand);
  const excluded = (Array.isArray(inner) ? inner : [inner]).map(operator);
  return (leaf) => !excluded.some((test) => test(leaf));
}

function exactly(value: Json): LeafTest {
  if (isJsonObject(value) || Array.isArray(value)) throw wrong('not a value', value);
  return (leaf) => leaf === value;
}

function leafTest(condition: Json): LeafTest {
  if (!isJsonObject(condition)) return exactly(condition);
  const [name = '', operand] = Object.entries(condition)[0] ?? [];
  const operator = operators[name];
  if (!operator || operand === undefined || Object.keys(condition).length !== 1)
    throw wrong('no such operator', condition);
  return operator(operand);
}

/** Returns the comparable values of a field. Lists are flattened; objects have no value. */
function leavesOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value.flatMap(leavesOf);
  return value === undefined || isJsonObject(value) ? [] : [value];
}

/** One of a field's conditions must match. */
function anyOf(conditions: Json[]): Matcher {
  if (conditions.length === 0) throw wrong('an empty list matches nothing', conditions);
  const existence = conditions.flatMap((condition) => {
    if (!isJsonObject(condition) || !('exists' in condition)) return [];
    if (typeof condition.exists !== 'boolean') throw wrong('exists takes true or false', condition);
    return [condition.exists];
  });
  const tests = conditions.filter((condition) => !isJsonObject(condition) || !('exists' in condition)).map(leafTest);
  return (value) => {
    const leaves = leavesOf(value);
    return existence.includes(leaves.length > 0) || leaves.some((leaf) => tests.some((test) => test(leaf)));
  };
}

const fieldOf = (value: unknown, name: string): unknown =>
  isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;

/** All fields must match. A list of objects matches if one of them matches as a whole. */
function allOf(pattern: JsonObject): Matcher {
  const tests = Object.entries(pattern).map(([name, inner]): Matcher => {
    if (name === '$or' && Array.isArray(inner)) {
      const choices = inner.map(compile);
      return (value) => choices.some((choice) => choice(value));
    }
    const test = compile(inner);
    return (value) => test(fieldOf(value, name));
  });
  const matches: Matcher = (value) => tests.every((test) => test(value));
  return (value) => (Array.isArray(value) ? value.some(matches) : matches(value));
}

function compile(pattern: Json): Matcher {
  if (Array.isArray(pattern)) return anyOf(pattern);
  if (isJsonObject(pattern)) return allOf(pattern);
  throw wrong('a field takes a list of values', pattern);
}

/**
 * An EventBridge event pattern, compiled: for the rules of a bus and the filters of a stream. As on
 * AWS, conditions look at leaves only (`exists` is false for an object), `anything-but` needs the
 * field to be there, and the number 5 is not the text "5". Throws for a pattern that EventBridge
 * would refuse.
 */
export function compilePattern(pattern: unknown): Matcher {
  const parsed: unknown = typeof pattern === 'string' ? JSON.parse(pattern) : pattern;
  if (!isJsonObject(parsed)) throw wrong('not an object', pattern);
  return compile(parsed);
}
