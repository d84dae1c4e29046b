import ts from 'typescript';
import { lineOf, type Module, type Place, type Rule } from './source-tree.ts';

interface FunctionSpan {
  name: string;
  line: number;
  /** Lines from the declaration, without its doc comment, to the end of the body. */
  lines: number;
  /** Name of the function around it. */
  outer?: string;
}

type FunctionNode = ts.SignatureDeclaration & { body: ts.Node };

/** The node that starts a function's declaration: `const f = () => …` starts at `const`. */
function declarationOf(node: FunctionNode): ts.Node {
  const { parent } = node;
  if (ts.isPropertyAssignment(parent) || ts.isPropertyDeclaration(parent)) return parent;
  if (!ts.isVariableDeclaration(parent)) return node;
  const list = parent.parent;
  if (!ts.isVariableDeclarationList(list) || list.declarations.length > 1) return parent;
  return ts.isVariableStatement(list.parent) ? list.parent : parent;
}

function nameOf(node: FunctionNode): string {
  if (ts.isConstructorDeclaration(node)) return 'constructor';
  if (node.name) return node.name.getText();
  const { parent } = node;
  const isNamed =
    ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent) || ts.isPropertyDeclaration(parent);
  if (isNamed) return parent.name.getText();
  return ts.isCallExpression(parent)
    ? `argument of ${parent.expression.getText().split('\n').at(-1)?.trim()}`
    : 'function';
}

const isFunction = (node: ts.Node): node is FunctionNode =>
  ts.isFunctionLike(node) && 'body' in node && node.body !== undefined;

function readSpan(module: Module, node: FunctionNode, outer: string | undefined): FunctionSpan {
  const line = lineOf(module, declarationOf(node));
  const end = module.ast.getLineAndCharacterOfPosition(node.getEnd()).line + 1;
  return { name: nameOf(node), line, lines: end - line + 1, ...(outer !== undefined && { outer }) };
}

/** All functions with a body: declarations, methods, accessors, arrow functions and arguments. */
function findFunctions(module: Module): FunctionSpan[] {
  const spans: FunctionSpan[] = [];
  const visit = (node: ts.Node, outer?: string): void => {
    const span = isFunction(node) ? readSpan(module, node, outer) : undefined;
    if (span) spans.push(span);
    ts.forEachChild(node, (child) => visit(child, span?.name ?? outer));
  };
  visit(module.ast);
  return spans;
}

const place = (path: string, { name, line, lines, outer }: FunctionSpan): Place => ({
  ...{ path, line },
  detail: `${name}${outer === undefined ? '' : ` in ${outer}`}: ${lines} lines`,
});

const maxLines = 40;
const maxInnerLines = 10;

export const longFunctions: Rule = {
  explanation: `A function has at most ${maxLines} lines: split it into steps with names of their own.`,
  find: ({ modules }) =>
    modules.flatMap((module) =>
      findFunctions(module)
        .filter(({ lines }) => lines > maxLines)
        .map((span) => place(module.path, span)),
    ),
};

export const innerFunctions: Rule = {
  explanation: `A function inside another has at most ${maxInnerLines} lines: move it to the top level and pass what it needs.`,
  find: ({ modules }) =>
    modules.flatMap((module) =>
      findFunctions(module)
        .filter(({ lines, outer }) => outer !== undefined && lines > maxInnerLines)
        .map((span) => place(module.path, span)),
    ),
};
