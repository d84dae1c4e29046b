/** Which of `shares`, that sum to 1, holds `point`. */
export function sampleByPropensity(shares: readonly number[], point: number): number {
  let sum = 0;
  const found = shares.findIndex((share) => (sum += share) > point);
  return found === -1 ? shares.length - 1 : found; // rounding may leave the sum a hair below 1
}
