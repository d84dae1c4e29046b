import jsonata from 'jsonata';
import { type Json, isJsonObject } from '../../shared/json.ts';
import { type Draw } from './seeded-random.ts';
import { queryFailed } from '../failure.ts';
import { randomFrom, registerFunctions } from './jsonata-functions.ts';
import { findRestriction, type ExpressionFindings } from './jsonata-restrictions.ts';

/** What an expression can read: `$states`, variables, and random numbers. */
export interface EvaluationScope {
  states: Record<string, Json>;
  variables: Readonly<Record<string, Json>>;
  draw: Draw;
}

/**
 * Where an expression stands: the field's path as Step Functions reports it, and the parts of
 * `$states` it may read beside input and context.
 */
export interface ExpressionPlace {
  location: string;
  now: () => number;
  sees?: readonly ExpressionFindings[];
}

/**
 * A compiled `{% … %}` expression. Returns plain JSON, synchronously for plain paths. Throws
 * `StateFailed` (States.QueryEvaluationError) with `location`.
 */
export type JsonataExpression = (scope: EvaluationScope) => Json | Promise<Json>;

const marked = /^\{%([\s\S]*)%\}$/;
const halfMarked = /^\s*\{%|%\}\s*$/;
const plainPath = /^\$[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/;

/**
 * Returns the JSONata source of a `{% … %}` string, or undefined for other text. Throws if the
 * marks are unbalanced or do not enclose the whole text.
 */
export function sourceOf(text: string): string | undefined {
  const source = marked.exec(text)?.[1]?.trim();
  if (source === undefined && halfMarked.test(text)) throw new Error(`JSONata must fill the whole text: ${text}`);
  return source;
}

/**
 * Compiles an expression. Throws an Error with source and place if it is not JSONata or uses what
 * Step Functions forbids.
 */
export function compileExpression(source: string, place: ExpressionPlace): JsonataExpression {
  const { location } = place;
  const evaluate = compileJsonata(source, place);
  const named = `The JSONata expression '${source}' specified for the field '${location}'`;
  const path = plainPath.test(source) ? source.slice(1).split('.') : undefined;
  return (scope) => (path && lookUp(path, scope)) ?? evaluate(scope).then((value) => plain(value, named, location));
}

function compileJsonata(
  source: string,
  { location, now, sees = [] }: ExpressionPlace,
): (scope: EvaluationScope) => Promise<unknown> {
  const expression = parse(source, location);
  const refusal = findRestriction(expression.ast(), source, sees);
  if (refusal !== undefined) throw new Error(`not at ${location}: ${source}: ${refusal}`);
  registerFunctions(expression, now);
  return async ({ states, variables, draw }) => {
    const bindings = { ...variables, states, random: randomFrom(() => draw.random()), uuid: () => draw.uuid() };
    try {
      return (await expression.evaluate(undefined, bindings)) as unknown;
    } catch (error) {
      const cause = `The JSONata expression '${source}' specified for the field '${location}' threw an error during evaluation. ${errorText(error)}`;
      throw queryFailed(cause, location);
    }
  };
}

function parse(source: string, location: string): jsonata.Expression {
  try {
    return jsonata(source);
  } catch (error) {
    throw new Error(`no JSONata at ${location}: ${source}: ${errorText(error)}`, { cause: error });
  }
}

/**
 * Returns the text of an error. jsonata throws plain objects with a code, and passes on what its
 * functions throw.
 */
function errorText(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  return code ? `${code}: ${message ?? ''}` : (message ?? String(error));
}

/**
 * Evaluates a path through objects without jsonata, as most expressions are such paths. Returns
 * undefined if jsonata must decide.
 */
function lookUp([first, ...rest]: string[], { states, variables }: EvaluationScope): Json | undefined {
  if (first === undefined) return undefined;
  let found: Json | undefined =
    first === 'states' ? states : Object.hasOwn(variables, first) ? variables[first] : undefined;
  for (const key of rest) {
    if (!isJsonObject(found) || !Object.hasOwn(found, key)) return undefined;
    found = found[key];
  }
  return found;
}

/**
 * Converts a value of jsonata to plain JSON: sequences become arrays. Throws for functions,
 * infinities and undefined, as Step Functions does.
 */
function plain(value: unknown, named: string, location: string): Json {
  if (value === undefined) throw queryFailed(`${named} returned nothing (undefined).`, location);
  const json = toJson(value);
  if (json === undefined) throw queryFailed(`${named} returned an unsupported result type.`, location);
  return json;
}

/** Returns undefined if a part of the value is not JSON. */
function toJson(value: unknown): Json | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (Array.isArray(value)) return all(value.map(toJson));
  return typeof value === 'object' ? objectToJson(value) : undefined;
}

/**
 * Returns undefined for a function of jsonata, which is an object. Members without a value are
 * dropped.
 */
function objectToJson(value: object): Json | undefined {
  if ('_jsonata_lambda' in value || '_jsonata_function' in value) return undefined;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  const values = all(members.map(([, member]) => toJson(member)));
  return values && Object.fromEntries(members.map(([key], index) => [key, values[index] as Json]));
}

function all(values: (Json | undefined)[]): Json[] | undefined {
  return values.includes(undefined) ? undefined : (values as Json[]);
}
