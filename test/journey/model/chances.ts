/**
 * Where customers fall by a salt, of ten thousand: looked up in the product once, so that whoever moves anybody to another side, in any
 * release, is told so here.
 */
const places: Record<string, Record<string, number>> = {
  one: { ada: 5_360, ben: 5_212 },
  two: { ada: 9_175, ben: 1_295 },
  three: { ada: 5_612, ben: 4_080 },
  house: { ada: 1_704, ben: 5_861 },
};

const placeOf = (salt: string, who: string): number => (places[salt]![who]! + 0.5) / 10_000;

/** Whether a customer is among the first percent of a salt. */
export const isHeldBack = (rule: { salt: string; percent: number } | undefined, who: string): boolean =>
  rule !== undefined && placeOf(rule.salt, who) * 100 < rule.percent;

/** On which of several sides a customer falls; each is as wide as its weight. */
export function drawn<Side extends { weight: number }>(salt: string, who: string, sides: readonly Side[]): Side {
  let left = placeOf(salt, who) * sides.reduce((sum, { weight }) => sum + weight, 0);
  return sides.find(({ weight }) => (left -= weight) < 0) ?? sides.at(-1)!;
}
