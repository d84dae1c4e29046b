/**
 * Returns adjusted p values in the given order. Rejecting those at or below q keeps the expected
 * share of false discoveries at q (Benjamini & Hochberg 1995). This holds for independent and for
 * positively dependent tests.
 */
export function benjaminiHochberg(pValues: readonly number[]): number[] {
  const order = pValues.map((p, place) => ({ p, place })).sort((a, b) => b.p - a.p);
  const adjusted = new Array<number>(pValues.length).fill(1);
  let least = 1;
  order.forEach(({ p, place }, i) => {
    least = Math.min(least, (p * pValues.length) / (pValues.length - i));
    adjusted[place] = least;
  });
  return adjusted;
}
