/**
 * One step of an alignment. `planned`: done as planned. `extra`: done but not planned (a move on
 * the log). `skipped`: planned but not done (a move on the model). `place` is the place in the
 * plan.
 */
export type AlignmentMove =
  | { kind: 'planned'; name: string; place: string }
  | { kind: 'extra'; name: string }
  | { kind: 'skipped'; name: string; place: string };

/**
 * An alignment of a path with the plan with the fewest extra and skipped touchpoints. Their number
 * is the `cost` (standard cost function; Adriansyah, "Aligning observed and modeled behavior",
 * 2014, §4.2). If the search ended at its limit, `exact` is false, `cost` is a lower bound and
 * `moves` is empty.
 */
export interface Alignment {
  cost: number;
  moves: AlignmentMove[];
  exact: boolean;
  /** What it took to find: standings reached by the search, or cells of the table. */
  work: number;
}
