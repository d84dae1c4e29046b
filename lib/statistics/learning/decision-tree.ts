import * as z from 'zod';

/**
 * A regression tree as flat lists over nodes, the root first. A row goes to `left` if its value of
 * `column` is below `cut` or unknown, else to the node after `left`. A leaf has column −1. `value`
 * is the node's answer as a leaf.
 */
export const Tree = z.object({
  column: z.array(z.int()),
  cut: z.array(z.number()),
  left: z.array(z.int()),
  value: z.array(z.number()),
});
export type Tree = z.infer<typeof Tree>;

/** Returns the node after `node` for a value of its column. NaN goes left. */
function childOf({ cut, left }: Tree, node: number, value: number): number {
  const first = left[node] ?? 0;
  return value >= (cut[node] ?? 0) ? first + 1 : first;
}

/**
 * Returns the value of the leaf that a row reaches. Adds to `parts`, by column, how the value
 * changed along the path: they sum to leaf − root exactly (Saabas 2014).
 */
export function evaluateTree(tree: Tree, row: ArrayLike<number>, parts?: Float64Array): number {
  let node = 0;
  for (;;) {
    const column = tree.column[node] ?? -1;
    const value = tree.value[node] ?? 0;
    if (column < 0) return value;
    node = childOf(tree, node, row[column] ?? NaN);
    if (parts) parts[column] = (parts[column] ?? 0) + (tree.value[node] ?? 0) - value;
  }
}
