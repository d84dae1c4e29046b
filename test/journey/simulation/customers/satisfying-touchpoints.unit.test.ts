import { expect, test } from 'vitest';
import { satisfyCondition } from '#lib/journey/simulation/customers/satisfying-touchpoints.ts';
import { type Condition } from '#lib/model/predicate.ts';
import { type Json } from '#lib/shared/json.ts';

const rows: [Condition, Json | undefined][] = [
  ['pro', 'pro'],
  [null, null],
  [{ eq: 3, gte: 1 }, 3],
  [{ eq: null }, null],
  [{ in: ['a', 'b'] }, 'a'],
  [{ gte: 5 }, 5],
  [{ lte: 'm' }, 'm'],
  [{ gt: 0 }, 1],
  [{ gt: '' }, '~'],
  [{ lt: 0 }, -1],
  [{ lt: 'm' }, ''],
  [{ contains: 'x' }, 'x'],
  [{ contains: 7 }, [7]],
  [{ startsWith: 'Mi' }, 'Mi'],
  [{ exists: true }, true],
  [{ exists: false }, undefined],
  [{ ne: true }, false],
  [{ ne: 'x' }, true],
];

test.each(rows)('%j is satisfied by %j', (condition, value) => {
  expect(satisfyCondition(condition)).toEqual(value);
});
