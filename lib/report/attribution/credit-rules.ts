import { type Credits, assignCredit, validPath, type ConversionPath } from './conversion-path.ts';

/** Returns the shares of a path with `length` touches. They sum to 1. */
export type CreditRule = (length: number) => number[];

const one = (length: number, at: number): number[] => Array.from({ length }, (_, i) => Number(i === at));

/**
 * Share of the first and of the last touch. The rest is spread evenly: the position-based
 * ("U-shaped") model of Google Analytics.
 */
const ends = 0.4;

function position(length: number): number[] {
  if (length <= 2) return Array.from({ length }, () => 1 / length);
  return Array.from({ length }, (_, i) => (i === 0 || i === length - 1 ? ends : (1 - 2 * ends) / (length - 2)));
}

/** Returns weights as shares; equal ones if no weight is finite and positive. */
function sharesOf(weights: number[]): number[] {
  const valid = weights.map((weight) => (Number.isFinite(weight) ? weight : 0));
  const sum = valid.reduce((total, weight) => total + weight, 0);
  return valid.map((weight) => (sum > 0 ? weight / sum : 1 / valid.length));
}

/**
 * Returns a rule by which touches whose distance to the conversion differs by `halfLife` touches
 * differ in credit by a factor of two.
 */
export function decay(halfLife: number): CreditRule {
  return (length) => {
    return sharesOf(Array.from({ length }, (_, i) => 2 ** ((i - length + 1) / halfLife)));
  };
}

/**
 * The heuristic models by name. With known times use `timeDecay`; `decay` counts touches instead.
 */
export const creditRules = {
  first: (length) => one(length, 0),
  last: (length) => one(length, length - 1),
  linear: (length) => Array.from({ length }, () => 1 / length),
  position,
  decay: decay(1),
} as const satisfies Record<string, CreditRule>;

const nothing = { touches: [], conversions: 0, value: 0 };

/**
 * Returns the credit of every touch under a rule. Memory grows with the touches, not with the
 * paths. A path without touches credits none.
 */
export function creditByRule(ways: Iterable<ConversionPath>, rule: CreditRule): Credits {
  const credits: Credits = new Map();
  for (const row of ways) {
    const { touches, conversions, value } = validPath(row) ?? nothing;
    if (conversions === 0 && value === 0) continue;
    const shares = rule(touches.length);
    touches.forEach((touch, i) => {
      const share = shares[i] ?? 0;
      assignCredit(credits, touch, { conversions: share * conversions, value: share * value });
    });
  }
  return credits;
}

/** A path with times. `ages` has each touch's time before the end, in the unit of `halfLife`. */
export interface TimedConversionPath extends ConversionPath {
  ages: readonly number[];
}

/**
 * Time decay: a touch one half-life older gets half the credit (Google Analytics' default is seven
 * days).
 */
export function timeDecay(ways: Iterable<TimedConversionPath>, halfLife: number): Credits {
  const credits: Credits = new Map();
  for (const row of ways) {
    const { touches, conversions, value } = validPath(row) ?? nothing;
    const youngest = row.ages.reduce((least, age) => Math.min(least, age), Infinity);
    const shares = sharesOf(touches.map((_, i) => 2 ** ((youngest - (row.ages[i] ?? 0)) / halfLife)));
    touches.forEach((touch, i) => {
      const share = shares[i] ?? 0;
      assignCredit(credits, touch, { conversions: share * conversions, value: share * value });
    });
  }
  return credits;
}
