import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildPurchaseHistory } from '#lib/churn/purchase-model/purchase-history.ts';
import { type KeyEvent, mergeKeyDayLists, maxKeyDays, oneKeyDay } from '#lib/profile/facts/key-days.ts';
import { keyEventsOfDays, purchaseHistoryOfDays } from '#lib/churn/purchase-model/key-day-history.ts';
import { packKeyDays, unpackKeyDays } from '#lib/profile/codec/key-days-codec.ts';
import { type KeyDays } from '#lib/model/profile.ts';

const event = fc.record({ day: fc.integer({ min: 20_000, max: 20_400 }), worth: fc.integer({ min: 0, max: 500 }) });
const history = fc.array(event, { minLength: 1, maxLength: 60 });
const few = fc.array(event, { minLength: 1, maxLength: maxKeyDays });

const folded = ([first = { day: 0, worth: 0 }, ...others]: KeyEvent[]): KeyDays =>
  others.map(oneKeyDay).reduce(mergeKeyDayLists, oneKeyDay(first));

test('in whatever order they come, few key events make the habit of the whole history', () => {
  fc.assert(
    fc.property(few, (events) => {
      expect(purchaseHistoryOfDays(folded(events))).toEqual(buildPurchaseHistory(events));
    }),
  );
});

test('many that come in order do, too', () => {
  fc.assert(
    fc.property(history, (events) => {
      const inOrder = events.toSorted((a, b) => a.day - b.day);
      expect(purchaseHistoryOfDays(folded(inOrder))).toEqual(buildPurchaseHistory(events));
    }),
  );
});

test('two halves of a history make what the whole makes', () => {
  fc.assert(
    fc.property(few, fc.nat(maxKeyDays), (events, at) => {
      const halves = [events.slice(0, at), events.slice(at)].filter(({ length }) => length > 0).map(folded);
      expect(halves.reduce(mergeKeyDayLists)).toEqual(folded(events));
    }),
  );
});

test('they are read as they were written', () => {
  fc.assert(
    fc.property(history, (events) => {
      const days = folded(events);
      expect(unpackKeyDays(packKeyDays(days))).toEqual(days);
    }),
  );
});

test('a weekly customer of half a year takes two hundred bytes', () => {
  const weekly = Array.from({ length: 26 }, (_, week) => ({ day: 20_000 + 7 * week, worth: 49.9 }));
  expect(packKeyDays(folded(weekly)).length).toBeLessThan(220);
});

test('what training is given has the habit of the customer, also of days known in sum only', () => {
  fc.assert(
    fc.property(history, (events) => {
      const days = folded(events.toSorted((a, b) => a.day - b.day));
      const { worth, ...habit } = purchaseHistoryOfDays(days);
      expect(buildPurchaseHistory(keyEventsOfDays(days))).toMatchObject(habit);
      expect(buildPurchaseHistory(keyEventsOfDays(days))?.worth).toBeCloseTo(worth, 6);
    }),
  );
});
