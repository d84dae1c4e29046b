import ts from 'typescript';
import { lineOf, resolveImport, type Module } from './source-tree.ts';

export interface ExportedName {
  name: string;
  path: string;
  line: number;
  hasDoc: boolean;
}

export interface ImportedName {
  from: string;
  /** Path of the module that is imported. */
  to: string;
  /** The exported name, or `*` where a module is imported as a whole. */
  name: string;
}

function boundNames(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) => (ts.isOmittedExpression(element) ? [] : boundNames(element.name)));
}

function declaredNames(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.flatMap(({ name }) => boundNames(name));
  const isNamed =
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement) ||
    ts.isEnumDeclaration(statement);
  return isNamed && statement.name ? [statement.name.text] : [];
}

const isExported = (statement: ts.Statement): boolean =>
  ts.canHaveModifiers(statement) &&
  (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);

/**
 * The names that a module declares and exports, without re-exports of another module's names.
 * A schema and a type of the same name are one, and one doc comment serves both.
 */
export function findExports(module: Module): ExportedName[] {
  const found = new Map<string, ExportedName>();
  for (const statement of module.ast.statements.filter(isExported)) {
    const comments = ts.getLeadingCommentRanges(module.text, statement.getFullStart()) ?? [];
    const hasDoc = comments.some(({ pos }) => module.text.startsWith('/**', pos));
    for (const name of declaredNames(statement)) {
      const before = found.get(name);
      const line = before?.line ?? lineOf(module, statement);
      found.set(name, { name, path: module.path, line, hasDoc: hasDoc || before?.hasDoc === true });
    }
  }
  return [...found.values()];
}

function namesOf(node: ts.ImportDeclaration | ts.ExportDeclaration): string[] {
  const bindings = ts.isImportDeclaration(node) ? node.importClause?.namedBindings : node.exportClause;
  if (!bindings || ts.isNamespaceImport(bindings) || ts.isNamespaceExport(bindings)) return ['*'];
  return bindings.elements.map(({ propertyName, name }) => (propertyName ?? name).text);
}

/** The names that a module imports or re-exports from other modules of the repository. */
export function findImports({ path, ast }: Module): ImportedName[] {
  return ast.statements.flatMap((statement) => {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) return [];
    const { moduleSpecifier } = statement;
    const to = moduleSpecifier && ts.isStringLiteral(moduleSpecifier) && resolveImport(path, moduleSpecifier.text);
    return to ? namesOf(statement).map((name) => ({ from: path, to, name })) : [];
  });
}
