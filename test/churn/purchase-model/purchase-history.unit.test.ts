import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  purchaseCountsOf,
  type PurchaseHistory,
  buildPurchaseHistory,
  addKeyEvent,
} from '#lib/churn/purchase-model/purchase-history.ts';

const event = fc.record({ day: fc.integer({ min: 20_000, max: 20_400 }), worth: fc.integer({ min: 0, max: 500 }) });

test('folded one by one, key events make the habit of the whole history', () => {
  fc.assert(
    fc.property(fc.array(event, { minLength: 1, maxLength: 40 }), (events) => {
      const inOrder = events.toSorted((a, b) => a.day - b.day);
      expect(inOrder.reduce<PurchaseHistory | undefined>(addKeyEvent, undefined)).toEqual(buildPurchaseHistory(events));
    }),
  );
});

test('on days of their own, key events may arrive in any order', () => {
  const days = fc.uniqueArray(event, { minLength: 1, maxLength: 40, selector: ({ day }) => day });
  fc.assert(
    fc.property(days, (events) => {
      expect(events.reduce<PurchaseHistory | undefined>(addKeyEvent, undefined)).toEqual(buildPurchaseHistory(events));
    }),
  );
});

test('two purchases of one day are one, with their worth together', () => {
  const habit = buildPurchaseHistory([
    { day: 3, worth: 10 },
    { day: 3, worth: 5 },
  ]);
  expect(habit).toEqual({ days: 1, first: 3, last: 3, worth: 15, lastWorth: 15 });
});

test('counts are in the unit asked for', () => {
  const habit = { days: 3, first: 0, last: 14, worth: 0, lastWorth: 0 };
  expect(purchaseCountsOf(habit, 28, 7)).toEqual({ x: 2, tx: 2, T: 4 });
});
