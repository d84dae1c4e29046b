import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { probabilitiesBest } from '#lib/decision/beliefs/probability-best.ts';
import { beliefsAt, type OfferStats } from '#lib/decision/beliefs/offer-beliefs.ts';

const beliefs = fc.array(
  fc.record({
    a: fc.double({ min: 1, max: 1e5, noNaN: true }),
    b: fc.double({ min: 1, max: 1e6, noNaN: true }),
  }),
  { minLength: 1, maxLength: 8 },
);

test('the chances of being best are probabilities and sum to 1, whatever is believed', () => {
  fc.assert(
    fc.property(beliefs, (all) => {
      const chances = probabilitiesBest(all);
      for (const chance of chances) expect(chance).toBeGreaterThanOrEqual(0);
      expect(chances.reduce((sum, chance) => sum + chance, 0)).toBeCloseTo(1, 9);
    }),
  );
});

const logFactorials = [0];
for (let n = 1; n < 3_000; n++) logFactorials.push(logFactorials[n - 1]! + Math.log(n));

/** log of the Beta function of whole numbers. */
const logBeta = (p: number, q: number): number =>
  logFactorials[p - 1]! + logFactorials[q - 1]! - logFactorials[p + q - 1]!;

interface Belief {
  a: number;
  b: number;
}

/** P(X > Y) for Beta beliefs with whole numbers: exact, the sum of E. Miller, "Formulas for Bayesian A/B testing" (2015). */
function exactlyBetter(x: Belief, y: Belief): number {
  let sum = 0;
  for (let i = 0; i < x.a; i++)
    sum += Math.exp(logBeta(y.a + i, y.b + x.b) - Math.log(x.b + i) - logBeta(1 + i, x.b) - logBeta(y.a, y.b));
  return sum;
}

test('two offers are compared as exactly as the closed form does', () => {
  const whole = fc.integer({ min: 1, max: 400 });
  fc.assert(
    fc.property(whole, whole, fc.tuple(whole, whole), (a, b, [c, d]) => {
      const [better = 0] = probabilitiesBest([
        { a, b },
        { a: c, b: d },
      ]);
      expect(Math.abs(better - exactlyBetter({ a, b }, { a: c, b: d }))).toBeLessThan(0.0025);
    }),
  );
});

describe('what is believed of an offer in a stage', () => {
  const rate = ({ a, b }: Belief) => a / (a + b);
  const belief = (stats: OfferStats, { offer, stage }: { offer: string; stage: string }): Belief =>
    beliefsAt(stats, { offers: [offer], stage })[0]!;

  test('is anything between 0 and 1 alike while nothing is known', () => {
    const { a, b } = belief({}, { offer: 'x', stage: 'retention' });
    expect(a).toBeCloseTo(1, 1);
    expect(b).toBe(a);
  });

  test('starts from how the offer does elsewhere', () => {
    const stats = { decision: { x: { exposed: 200, won: 80 }, y: { exposed: 200, won: 4 } } };
    const [x, y] = ['x', 'y'].map((offer) => rate(belief(stats, { offer, stage: 'retention' })));
    expect(x).toBeGreaterThan(0.3);
    expect(y).toBeLessThan(0.1);
  });

  test('follows the stage itself once there is enough of it', () => {
    const stats = { decision: { x: { exposed: 1e6, won: 4e5 } }, retention: { x: { exposed: 2000, won: 100 } } };
    expect(rate(belief(stats, { offer: 'x', stage: 'retention' }))).toBeCloseTo(0.05, 1);
  });
});
