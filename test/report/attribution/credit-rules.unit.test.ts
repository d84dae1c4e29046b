import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { markovAttribution } from '#lib/report/attribution/markov-attribution.ts';
import { creditByRule, creditRules, timeDecay } from '#lib/report/attribution/credit-rules.ts';
import { type Credits, type ConversionPath } from '#lib/report/attribution/conversion-path.ts';

const way = (touches: string, conversions = 1, nulls = 0): ConversionPath => ({
  touches: touches.split(' '),
  conversions,
  nulls,
});

const conversionsOf = (credits: Credits) =>
  Object.fromEntries([...credits].map(([touch, credit]) => [touch, credit.conversions]));

describe('rules of one way', () => {
  const shares = (rule: keyof typeof creditRules, touches: string) =>
    conversionsOf(creditByRule([way(touches)], creditRules[rule]));

  test.each([
    ['first', 'a b c', { a: 1, b: 0, c: 0 }],
    ['last', 'a b c', { a: 0, b: 0, c: 1 }],
    ['linear', 'a b a a', { a: 0.75, b: 0.25 }],
    ['position', 'a b c d', { a: 0.4, b: 0.1, c: 0.1, d: 0.4 }],
    ['position', 'a b', { a: 0.5, b: 0.5 }],
    ['position', 'a', { a: 1 }],
    ['decay', 'a b c', { a: 1 / 7, b: 2 / 7, c: 4 / 7 }],
  ] as const)('%s of %s', (rule, touches, expected) => {
    for (const [touch, share] of Object.entries(expected)) expect(shares(rule, touches)[touch]).toBeCloseTo(share, 12);
  });

  test('by age: a touch a week older gets half', () => {
    const credits = timeDecay([{ ...way('mail shop'), value: 30, ages: [9, 2] }], 7);
    expect(credits.get('mail')).toEqual({ conversions: 1 / 3, value: 10 });
  });
});

describe('Markov removal effects', () => {
  test('a chain worked by hand: half of what converts passes c', () => {
    // start → a → b → converts, start → a → c → converts, start → a → lost, start → b → lost
    const ways = [way('a b'), way('a c'), way('a', 0, 1), way('b', 0, 1)];
    const { conversion, removalEffects } = markovAttribution(ways);
    // P(converts | b) = 1/2, P(c) = 1: from a 1/3 · 1/2 + 1/3 · 1 = 1/2, from the start 3/4 · 1/2 + 1/4 · 1/2
    expect(conversion).toBeCloseTo(1 / 2, 12);
    expect(removalEffects.get('a')).toBeCloseTo(3 / 4, 12);
    expect(removalEffects.get('b')).toBeCloseTo(1 / 2, 12);
    expect(removalEffects.get('c')).toBeCloseTo(1 / 2, 12);
  });

  const touches = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 6 });
  const ways = fc.array(fc.record({ touches, conversions: fc.nat(5), nulls: fc.nat(5), value: fc.nat(9) }), {
    minLength: 1,
    maxLength: 20,
  });

  test('are those of the chain in which all who meet the touch are lost', () => {
    fc.assert(
      fc.property(ways, (all) => {
        const { conversion, removalEffects } = markovAttribution(all);
        for (const [touch, effect] of removalEffects) expect(effect).toBeCloseTo(byCutting(all, touch, conversion), 9);
      }),
    );
  });

  test('every model deals out all conversions and all value', () => {
    fc.assert(
      fc.property(ways, (all) => {
        const converting = all.filter(({ conversions }) => conversions > 0);
        const total = (of: (credit: ConversionPath) => number) => converting.reduce((sum, one) => sum + of(one), 0);
        const models = [
          markovAttribution(converting).credits,
          ...Object.values(creditRules).map((rule) => creditByRule(converting, rule)),
        ];
        for (const credits of models) {
          const given = [...credits.values()];
          expect(given.reduce((sum, { value }) => sum + value, 0)).toBeCloseTo(
            total(({ value = 0 }) => value),
            8,
          );
          expect(given.reduce((sum, { conversions }) => sum + conversions, 0)).toBeCloseTo(
            total(({ conversions }) => conversions),
            8,
          );
        }
      }),
    );
  });

  test('are empty without ways, and nought where nobody converts', () => {
    expect(markovAttribution([])).toMatchObject({ conversion: 0, removalEffects: new Map() });
    expect(markovAttribution([way('a', 0, 3)]).removalEffects.get('a')).toBe(0);
  });
});

/** The definition, by following the chain for so long that what is still under way does not count. */
function byCutting(ways: ConversionPath[], cut: string, base: number): number {
  const moves = new Map<string, Map<string, number>>();
  for (const { touches, conversions, nulls } of ways) {
    if (conversions + nulls === 0) continue;
    ['(start)', ...touches].forEach((from, i) => {
      const row = moves.get(from) ?? moves.set(from, new Map()).get(from)!;
      const add = (to: string, weight: number) => row.set(to, (row.get(to) ?? 0) + weight);
      const next = touches[i];
      if (next === undefined) add('(won)', conversions);
      else add(next, conversions + nulls);
      if (next === undefined) add('(lost)', nulls);
    });
  }
  let under = new Map([['(start)', 1]]);
  let won = 0;
  for (let step = 0; step < 3_000; step++) {
    const then = new Map<string, number>();
    for (const [state, mass] of under) {
      const row = moves.get(state) ?? new Map<string, number>();
      const out = [...row.values()].reduce((sum, weight) => sum + weight, 0);
      for (const [to, weight] of row) {
        if (to === '(won)') won += (mass * weight) / out;
        else if (to !== '(lost)' && to !== cut) then.set(to, (then.get(to) ?? 0) + (mass * weight) / out);
      }
    }
    under = then;
  }
  return base > 0 ? 1 - won / base : 0;
}
