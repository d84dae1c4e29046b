/** A bound that a figure keeps: at least, at most, exactly, or inside a distance of a value. */
export type Bound = { min: number } | { max: number } | { is: number; within: number };

/** One line of the table. `floor` must hold, or the evaluation fails; `target` is what we aim at; `reference` is whose number it is compared with. */
export interface Figure {
  name: string;
  ours: number;
  floor?: Bound;
  target?: Bound;
  reference?: string;
}

/** Reads its files from a folder, and answers with its figures. Throws when a file is missing or is not what it should be. */
export type Evaluation = (folder: string) => Promise<Figure[]>;

export type Verdict = 'target' | 'floor' | 'missed' | 'shown';

export function holds(value: number, bound: Bound): boolean {
  if ('min' in bound) return value >= bound.min;
  if ('max' in bound) return value <= bound.max;
  return Math.abs(value - bound.is) <= bound.within;
}

/** `shown` where nothing is asked of a figure. A figure that is no number misses whatever is asked of it. */
export function verdictOf({ ours, floor, target }: Figure): Verdict {
  if (floor && !holds(ours, floor)) return 'missed';
  if (target) return holds(ours, target) ? 'target' : floor ? 'floor' : 'missed';
  return floor ? 'floor' : 'shown';
}
