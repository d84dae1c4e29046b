import { type Expression, type Item } from '../../lib/aws/table/dynamo-table.ts';

type Value = unknown;

/** What an expression looks at: the item as it is, or nothing where there is none. */
type Test = (item: Partial<Item>) => boolean;
type Operand = (item: Partial<Item>) => Value;

const tokens = /\s*(<>|<=|>=|[=<>(),+-]|[#:]?\w+)/g;

/** Reads one expression of DynamoDB's language: as much of it as the stores speak. What it does not know is an error. */
class Reader {
  readonly #words: string[];
  readonly #expression: Expression;

  constructor(expression: Expression) {
    this.#expression = expression;
    this.#words = [...expression.expression.matchAll(tokens)].map(([, word = '']) => word);
    if (this.#words.join('') !== expression.expression.replaceAll(/\s/g, '')) throw this.#misread();
  }

  #misread(): Error {
    return new Error(`no expression we know: ${this.#expression.expression} (left: ${this.#words.join(' ')})`);
  }

  /** Takes the next word where it is one of these. */
  takes(...words: string[]): string | undefined {
    return words.includes(this.#words[0] ?? '') ? this.#words.shift() : undefined;
  }

  needs(word: string): void {
    if (this.takes(word) === undefined) throw this.#misread();
  }

  end(): void {
    if (this.#words.length > 0) throw this.#misread();
  }

  name(): string {
    const word = this.#words.shift() ?? '';
    const name = word.startsWith('#') ? this.#expression.names?.[word] : word;
    if (name === undefined || !/^\w/.test(word.replace('#', ''))) throw this.#misread();
    return name;
  }

  list<T>(one: () => T): T[] {
    const all = [one()];
    while (this.takes(',')) all.push(one());
    return all;
  }

  /** A value, or an attribute's. */
  operand(): Operand {
    if (!this.#words[0]?.startsWith(':')) {
      const name = this.name();
      return (item) => item[name];
    }
    const place = this.#words.shift() ?? '';
    if (!Object.hasOwn(this.#expression.values ?? {}, place)) throw this.#misread();
    const value = this.#expression.values?.[place];
    return () => value;
  }
}

function ordered(a: Value, b: Value, holds: (order: number) => boolean): boolean {
  if (typeof a === 'number' && typeof b === 'number') return holds(a - b);
  if (typeof a !== 'string' || typeof b !== 'string') return false;
  return holds(Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

const comparisons: Record<string, (a: Value, b: Value) => boolean> = {
  '=': (a, b) => a !== undefined && a === b,
  '<>': (a, b) => a !== b,
  '<': (a, b) => ordered(a, b, (order) => order < 0),
  '<=': (a, b) => ordered(a, b, (order) => order <= 0),
  '>': (a, b) => ordered(a, b, (order) => order > 0),
  '>=': (a, b) => ordered(a, b, (order) => order >= 0),
};

function contains(whole: Value, part: Value): boolean {
  if (whole instanceof Set) return whole.has(part);
  return typeof whole === 'string' && typeof part === 'string' && whole.includes(part);
}

function single(reader: Reader): Test {
  if (reader.takes('(')) {
    const test = either(reader);
    reader.needs(')');
    return test;
  }
  const fn = reader.takes('attribute_exists', 'attribute_not_exists', 'contains');
  if (fn !== undefined) {
    reader.needs('(');
    const name = reader.name();
    const part = fn === 'contains' && (reader.needs(','), reader.operand());
    reader.needs(')');
    if (part) return (item) => contains(item[name], part(item));
    return (item) => (item[name] !== undefined) === (fn === 'attribute_exists');
  }
  const left = reader.operand();
  if (reader.takes('IN')) {
    reader.needs('(');
    const all = reader.list(() => reader.operand());
    reader.needs(')');
    return (item) => all.some((one) => one(item) === left(item));
  }
  const comparison = reader.takes(...Object.keys(comparisons)) ?? '';
  const right = reader.operand();
  return (item) => comparisons[comparison]?.(left(item), right(item)) ?? false;
}

function both(reader: Reader): Test {
  const all = [single(reader)];
  while (reader.takes('AND')) all.push(single(reader));
  return (item) => all.every((test) => test(item));
}

function either(reader: Reader): Test {
  const all = [both(reader)];
  while (reader.takes('OR')) all.push(both(reader));
  return (item) => all.some((test) => test(item));
}

/** Whether a condition holds for an item; for nothing at all where there is none. */
export function holds(condition: Expression | undefined, item: Partial<Item> = {}): boolean {
  if (!condition) return true;
  const reader = new Reader(condition);
  const test = either(reader);
  reader.end();
  return test(item);
}

type Change = readonly [name: string, value: Operand];

function assignment(reader: Reader): Change {
  const name = reader.name();
  reader.needs('=');
  if (!reader.takes('if_not_exists')) return [name, reader.operand()];
  reader.needs('(');
  const known = reader.name();
  reader.needs(',');
  const otherwise = reader.operand();
  reader.needs(')');
  return [name, (item) => item[known] ?? otherwise(item)];
}

function addition(reader: Reader): Change {
  const name = reader.name();
  const more = reader.operand();
  return [name, (item) => Number(item[name] ?? 0) + Number(more(item))];
}

/** The item as an update makes it. Every value is that of the item before. */
export function updated(item: Item, set: Expression): Item {
  const reader = new Reader(set);
  const changes: Change[] = [];
  for (let clause = next(reader); clause !== undefined; clause = next(reader)) {
    if (clause === 'SET') changes.push(...reader.list(() => assignment(reader)));
    else if (clause === 'ADD') changes.push(...reader.list(() => addition(reader)));
    else changes.push(...reader.list((): Change => [reader.name(), () => undefined]));
  }
  reader.end();
  return { ...item, ...Object.fromEntries(changes.map(([name, value]) => [name, value(item)])) };
}

const next = (reader: Reader): string | undefined => reader.takes('SET', 'ADD', 'REMOVE');
