import { expect, test } from 'vitest';
import { expectedSpending, fitSpending } from '#lib/churn/purchase-model/spending.ts';
import { gamma, seeded } from '#lib/shared/random.ts';

/** Fader and Hardie 2013, p. 4: CDNOW. */
const published = { p: 6.25, q: 3.74, v: 15.44 };

test('expected worth lies between the population’s mean and the customer’s own, nearer to the latter with every purchase', () => {
  const everybody = (published.p * published.v) / (published.q - 1);
  const once = expectedSpending(published, { n: 1, mean: 100 });
  const often = expectedSpending(published, { n: 10, mean: 100 });
  expect([everybody, once, often, 100]).toEqual([everybody, once, often, 100].toSorted((a, b) => a - b));
});

test('a fit finds the mean that customers were drawn from', () => {
  const random = seeded(3);
  const spent = Array.from({ length: 3_000 }, () => {
    const scale = published.v / gamma(random, published.q);
    const n = 1 + Math.floor(random() * 5);
    return { n, mean: (scale * gamma(random, published.p * n)) / n };
  });
  const worth = fitSpending(spent) ?? published;
  expect((worth.p * worth.v) / (worth.q - 1) / ((published.p * published.v) / (published.q - 1))).toBeCloseTo(1, 1);
});

test('from those who spent nothing there is nothing to learn', () => {
  expect(fitSpending([{ n: 3, mean: 0 }])).toBeUndefined();
});
