import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mostContacts, responseDecay } from '#lib/decision/timing/contact-frequency.ts';
import { variantFor } from '#lib/decision/placements/offer-variant.ts';

const contacts = (rates: number[], each = 1000) =>
  rates.flatMap((rate, before) => Array.from({ length: each }, (_, i) => ({ before, responded: i < rate * each })));

test('response is seen to fall with every contact, and never to rise', () => {
  expect(responseDecay(contacts([0.2, 0.1, 0.05])).map((rate) => Math.round(100 * rate) / 100)).toEqual([
    0.2, 0.1, 0.05,
  ]);
  const [first, second, third] = responseDecay(contacts([0.1, 0.05, 0.09]));
  expect(second).toBe(third);
  expect(first).toBeGreaterThan(second!);
});

test('whatever was seen, rates lie between 0 and 1 and fall', () => {
  const contact = fc.record({ before: fc.nat(9), responded: fc.boolean() });
  fc.assert(
    fc.property(fc.array(contact), (all) => {
      const rates = responseDecay(all);
      expect(rates).toEqual(rates.toSorted((a, b) => b - a));
      for (const rate of rates) expect(rate).toBeGreaterThanOrEqual(0);
    }),
  );
});

test('a customer is contacted as long as the next contact pays, and never above the cap', () => {
  const decay = [0.2, 0.1, 0.05];
  expect(mostContacts(decay, { value: 10, cost: 0.8, hardCap: 5 })).toBe(2);
  expect(mostContacts(decay, { value: 10, cost: 0.8, hardCap: 1 })).toBe(1);
  expect(mostContacts(decay, { value: 10, cost: 0.1, hardCap: 4 })).toBe(4);
  expect(mostContacts([], { value: 10, cost: 0.1, hardCap: 4 })).toBe(4);
});

test('words suit the feeling first, then the channel, then the persona', () => {
  const variants = [
    { for: {}, content: 'plain' },
    { for: { persona: 'bargain hunter' }, content: 'cheap' },
    { for: { channel: 'sms' }, content: 'short' },
    { for: { emotion: 'negative' as const }, content: 'sorry' },
  ];
  const heard = (listener: object) => variantFor(variants, { channel: 'email', ...listener })?.content;
  expect(heard({})).toBe('plain');
  expect(heard({ persona: 'bargain hunter' })).toBe('cheap');
  expect(heard({ persona: 'bargain hunter', channel: 'sms' })).toBe('short');
  expect(heard({ channel: 'sms', emotion: 'negative' })).toBe('sorry');
  expect(variantFor(variants.slice(1), { channel: 'web' })).toBeUndefined();
});
