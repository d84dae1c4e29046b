import { expect, test } from 'vitest';
import { type EntryEvent, entryKeyFor, toEntryRequest } from '#lib/journey/enrolment/entry-request.ts';
import { aJourney, mina, start } from '../journey-examples.ts';
import { anEntry } from './admission-input-example.ts';

const detail = { id: 'event-1', ...mina, customerId: 'mina', occurredAt: start };
const cause = (name: string, properties = {}) => ({ messageId: 'm1', name, at: start, properties });

test('an entry key makes one enrolment per value, whatever the value', () => {
  const keyed = aJourney(anEntry({ key: 'order.id' }));
  const key = (order: object) => entryKeyFor(keyed, { properties: { order: { ...order } } });
  expect(key({ id: 'o-1' })).toBe('o-1');
  expect(key({ id: 7 })).toBe('7');
  expect(key({ id: { a: 1 } })).toBeUndefined();
  expect(key({})).toBeUndefined();
  expect(key({ id: 'x'.repeat(5_000) })).toHaveLength(32);
  expect(entryKeyFor(aJourney(), { properties: {} })).toBe('');
  // Half a character is no text that a table takes.
  const halves = ['a\ud800', 'b\ud800'].map((id) => key({ id }));
  expect(halves.every((half) => half?.isWellFormed())).toBe(true);
  expect(new Set(halves).size).toBe(2);
});

test('properties of a trigger that are too big stay behind', () => {
  const properties = { id: 'o-1', text: 'x'.repeat(5_000), total: 10 };
  const event: EntryEvent = {
    name: 'EntryTriggered',
    detail: { ...detail, journeyId: 'j', cause: cause('Order', properties) },
  };
  expect(toEntryRequest(event).properties).toEqual({ id: 'o-1', total: 10 });
});
