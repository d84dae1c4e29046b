import { type Json, isJsonObject } from '../../shared/json.ts';
import {
  compileExpression,
  sourceOf,
  type JsonataExpression,
  type ExpressionPlace,
  type EvaluationScope,
} from './expression.ts';

/** JSON with compiled expressions. A part without any is a constant. */
export type CompiledTemplate =
  | { kind: 'constant'; value: Json }
  | { kind: 'expression'; evaluate: JsonataExpression }
  | { kind: 'array'; items: CompiledTemplate[] }
  | { kind: 'object'; entries: [string, CompiledTemplate][] };

/**
 * Compiles a template. Throws an Error for a text that is no JSONata, or none allowed in this
 * place.
 */
export function compileTemplate(value: Json, place: ExpressionPlace): CompiledTemplate {
  const at = (part: string): ExpressionPlace => ({ ...place, location: `${place.location}${part}` });
  if (typeof value === 'string') {
    const source = sourceOf(value);
    if (source !== undefined) return { kind: 'expression', evaluate: compileExpression(source, place) };
  } else if (Array.isArray(value)) {
    const items = value.map((item, index) => compileTemplate(item, at(`[${index}]`)));
    if (items.some((item) => item.kind !== 'constant')) return { kind: 'array', items };
  } else if (isJsonObject(value)) {
    const entries = Object.entries(value).map(([key, inner]): [string, CompiledTemplate] => [
      key,
      compileTemplate(inner, at(`/${key}`)),
    ]);
    if (entries.some(([, inner]) => inner.kind !== 'constant')) return { kind: 'object', entries };
  }
  return { kind: 'constant', value };
}

/**
 * Returns the template with each expression replaced by its value. Throws `StateFailed` for the
 * first expression that fails.
 */
export async function evaluateTemplate(template: CompiledTemplate, scope: EvaluationScope): Promise<Json> {
  switch (template.kind) {
    case 'constant':
      return template.value;
    case 'expression':
      return template.evaluate(scope);
    case 'array': {
      const items: Json[] = [];
      for (const item of template.items) items.push(await evaluateTemplate(item, scope));
      return items;
    }
    case 'object': {
      const entries: [string, Json][] = [];
      for (const [key, inner] of template.entries) entries.push([key, await evaluateTemplate(inner, scope)]);
      return Object.fromEntries(entries);
    }
  }
}
