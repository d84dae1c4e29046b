/** What the States Language lets only some fields see of `$states`. */
export type ExpressionFindings = 'result' | 'errorOutput';

/** What is read of a node of JSONata's syntax tree; its other fields hold further nodes. */
interface Node {
  type?: string;
  value?: unknown;
  position?: number;
  steps?: Node[];
}

/** Parts that are evaluated for each value of what they stand at: there `$` and bare names mean that value. */
const inner = new Set(['predicate', 'stages', 'group', 'terms', 'pattern', 'update', 'delete']);
const bare = new Set(['name', 'wildcard', 'descendant', 'parent']);

/**
 * Why Step Functions does not take this expression, though JSONata does; undefined for one that it takes. There is no input document to
 * which `$`, `$$` or a bare name could refer, the operators are those of JSONata 2.0, and `$states` shows what the field may see.
 */
export function findRestriction(
  tree: unknown,
  source: string,
  sees: readonly ExpressionFindings[],
): string | undefined {
  function ofNode(node: Node, within: boolean): string | undefined {
    const { type = '', value, position = 0 } = node;
    if (type === 'variable' && value === '$') return '$$ refers to an input document, and there is none';
    if (!within && type === 'variable' && value === '') return '$ refers to an input document, and there is none';
    if (!within && bare.has(type)) return `"${String(value)}" refers to an input document, and there is none`;
    if (type === 'condition' && ['?:', '??'].includes(source.slice(position - 2, position)))
      return `the operator ${source.slice(position - 2, position)} is not of JSONata 2.0`;
    if (type === 'path' && node.steps) return unseen(node.steps) ?? ofPath(node, node.steps, within);
    return ofParts(node, within);
  }

  function ofPath(node: Node, [first, ...rest]: Node[], within: boolean): string | undefined {
    const { steps: _, ...others } = node;
    return (first && ofNode(first, within)) ?? ofParts(rest, true) ?? ofParts(others, within);
  }

  function ofParts(parts: object, within: boolean): string | undefined {
    for (const [key, part] of Object.entries(parts) as [string, unknown][]) {
      if (typeof part !== 'object' || part === null) continue;
      const refusal = Array.isArray(part)
        ? ofParts(part, within || inner.has(key))
        : ofNode(part, within || inner.has(key));
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  }

  function unseen([first, second]: Node[]): string | undefined {
    if (first?.type !== 'variable' || first.value !== 'states' || second?.type !== 'name') return undefined;
    const hidden = (['result', 'errorOutput'] as const).find(
      (field) => field === second.value && !sees.includes(field),
    );
    return hidden && `$states.${hidden} is not to be seen here`;
  }

  return ofParts([tree], false);
}
