/**
 * One step of an alignment. `planned`: done where the plan has it. `extra`: done where the plan does not have it (a move on the log).
 * `skipped`: the plan has it here and it was not done (a move on the model). `place` is where in the plan.
 */
export type AlignmentMove =
  | { kind: 'planned'; name: string; place: string }
  | { kind: 'extra'; name: string }
  | { kind: 'skipped'; name: string; place: string };

/**
 * A path laid beside the plan with as few extra and skipped touchpoints as possible; their number is the `cost` (standard cost
 * function; Adriansyah, "Aligning observed and modeled behavior", 2014, §4.2). Where the search was given up, `cost` is what it is at
 * least, `exact` is false and no moves are known.
 */
export interface Alignment {
  cost: number;
  moves: AlignmentMove[];
  exact: boolean;
  /** What it took to find: standings reached by the search, or cells of the table. */
  work: number;
}
