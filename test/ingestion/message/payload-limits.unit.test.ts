import { expect, test } from 'vitest';
import fc from 'fast-check';
import { type JsonObject } from '#lib/shared/json.ts';
import { maxMessageBytes, findLimitViolation } from '#lib/ingestion/message/payload-limits.ts';

const parse = (text: string): JsonObject => JSON.parse(text) as JsonObject;

/** An object of `levels` nested objects. */
const nested = (levels: number): JsonObject => parse('{"a":'.repeat(levels - 1) + '{}' + '}'.repeat(levels - 1));

const keyed = (keys: number): JsonObject => Object.fromEntries(Array.from({ length: keys }, (_, i) => [String(i), 0]));

/** A message of exactly so many bytes of JSON. */
const sized = (bytes: number, unit = 'x'): JsonObject => {
  const rest = bytes - '{"p":""}'.length;
  return { p: unit.repeat(rest / Buffer.byteLength(unit)) + 'x'.repeat(rest % Buffer.byteLength(unit)) };
};

test.each([
  ['20 levels pass', nested(20), undefined],
  ['21 levels are too deep', nested(21), 'too-deep'],
  [
    'a million levels are too deep, and do not overflow',
    parse(`{"a":${'['.repeat(1e6)}${']'.repeat(1e6)}}`),
    'too-deep',
  ],
  ['1,000 keys pass', keyed(1_000), undefined],
  ['1,001 keys are too many', keyed(1_001), 'too-many-keys'],
  ['keys count on all levels together', { a: keyed(500), b: keyed(499) }, 'too-many-keys'],
  ['32 KB pass', sized(maxMessageBytes), undefined],
  ['a byte more is too large', sized(maxMessageBytes + 1), 'too-large'],
  ['bytes of UTF-8 count, not characters', sized(maxMessageBytes + 1, '한'), 'too-large'],
  ['32 KB of Korean pass', sized(maxMessageBytes, '한'), undefined],
  ['a long list is too large', { list: Array.from({ length: 20_000 }, () => 0) }, 'too-large'],
  ['1e400 is no number we can keep', parse('{"a":[{"b":1e400}]}'), 'number-out-of-range'],
  ['neither is -1e400', parse('{"a":-1e400}'), 'number-out-of-range'],
  ['prototype keys are data', parse('{"__proto__":{"x":1},"constructor":{"prototype":{}}}'), undefined],
  ['NUL and lone surrogates are data', parse('{"a":"\\u0000","b":"\\ud800","\\udfff":1,"":2}'), undefined],
])('%s', (_name, message, fault) => {
  expect(findLimitViolation(message)).toBe(fault);
});

test('the size is told exactly, however it was estimated', () => {
  const text = fc.string({ unit: 'binary', minLength: 5_000, maxLength: 12_000 });
  fc.assert(
    fc.property(text, fc.constantFrom('', '\0', '\ud800', '"'), fc.nat(6_000), (base, odd, times) => {
      const message = { a: base + odd.repeat(times) };
      const isLarge = Buffer.byteLength(JSON.stringify(message)) > maxMessageBytes;
      expect(findLimitViolation(message)).toBe(isLarge ? 'too-large' : undefined);
    }),
    { numRuns: 50 },
  );
});
