/** The parts of `$states` that only some fields may read. */
export type ExpressionFindings = 'result' | 'errorOutput';

/**
 * The fields that are read of a node of JSONata's syntax tree. Its other fields hold further nodes.
 */
interface Node {
  type?: string;
  value?: unknown;
  position?: number;
  steps?: Node[];
}

/** The expression that is checked. */
interface Checked {
  source: string;
  /** Parts of `$states` that its field may read. */
  sees: readonly ExpressionFindings[];
}

/**
 * Fields of nodes that are evaluated for each value of their node. `$` and bare names mean that
 * value there.
 */
const inner = new Set(['predicate', 'stages', 'group', 'terms', 'pattern', 'update', 'delete']);
const bare = new Set(['name', 'wildcard', 'descendant', 'parent']);

/** Operators that jsonata has and JSONata 2.0 has not. It parses them as conditions. */
const laterOperators = ['?:', '??'];

/** Reports a name without a meaning, because there is no input document. */
function findDocumentReference({ type = '', value }: Node, within: boolean): string | undefined {
  const refers = (name: string): string => `${name} refers to an input document, and there is none`;
  if (type === 'variable' && value === '$') return refers('$$');
  if (within) return undefined;
  if (type === 'variable' && value === '') return refers('$');
  return bare.has(type) ? refers(`"${String(value)}"`) : undefined;
}

function findLaterOperator({ type, position = 0 }: Node, source: string): string | undefined {
  const operator = source.slice(position - 2, position);
  if (type !== 'condition' || !laterOperators.includes(operator)) return undefined;
  return `the operator ${operator} is not of JSONata 2.0`;
}

function findHiddenState([first, second]: Node[], sees: Checked['sees']): string | undefined {
  if (first?.type !== 'variable' || first.value !== 'states' || second?.type !== 'name') return undefined;
  const hidden = (['result', 'errorOutput'] as const).find((field) => field === second.value && !sees.includes(field));
  return hidden && `$states.${hidden} is not to be seen here`;
}

/** `within`: the node is evaluated for a value, which `$` and bare names mean. */
function checkNode(checked: Checked, node: Node, within: boolean): string | undefined {
  const found = findDocumentReference(node, within) ?? findLaterOperator(node, checked.source);
  if (found !== undefined) return found;
  return node.type === 'path' && node.steps
    ? checkPath(checked, { ...node, steps: node.steps }, within)
    : checkParts(checked, node, within);
}

/** The steps after the first are evaluated for each value of the step before. */
function checkPath(checked: Checked, { steps, ...others }: Node & { steps: Node[] }, within: boolean) {
  const [first, ...rest] = steps;
  return (
    findHiddenState(steps, checked.sees) ??
    (first && checkNode(checked, first, within)) ??
    checkParts(checked, rest, true) ??
    checkParts(checked, others, within)
  );
}

function checkParts(checked: Checked, parts: object, within: boolean): string | undefined {
  for (const [key, part] of Object.entries(parts) as [string, unknown][]) {
    if (typeof part !== 'object' || part === null) continue;
    const check = Array.isArray(part) ? checkParts : checkNode;
    const refusal = check(checked, part, within || inner.has(key));
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/**
 * Returns why Step Functions rejects an expression that is valid JSONata, or undefined. `$`, `$$`
 * and bare names have no input document to refer to, operators are those of JSONata 2.0, and a
 * field may read some parts of `$states` only.
 */
export function findRestriction(
  tree: unknown,
  source: string,
  sees: readonly ExpressionFindings[],
): string | undefined {
  return checkParts({ source, sees }, [tree], false);
}
