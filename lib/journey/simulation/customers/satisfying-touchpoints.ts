import { type JsonObject } from '#lib/shared/json.ts';
import { type Condition, type Predicate } from '#lib/model/predicate.ts';
import { foldPredicate, leavesOf, type PredicateLeaf } from '#lib/model/visit-predicate.ts';
import { mapValues } from '#lib/shared/records.ts';
import { type JourneyDefinition } from '../../definition/journey-definition.ts';

/** A touchpoint that matches an `event` or `did` leaf of a predicate. */
export interface SatisfyingTouchpoint {
  name: string;
  properties: JsonObject;
}

type Operators = Exclude<Condition, string | number | boolean | null>;

/** Returns a text that sorts after another. */
const appendTo = (text: string | undefined): string | undefined => (text === undefined ? text : `${text}~`);

/**
 * One function for each operator: a value that satisfies it, or undefined if the condition lacks
 * it. The first that gives a value is taken.
 */
const satisfyOperators: readonly ((condition: Operators) => JsonObject[string] | undefined)[] = [
  ({ eq }) => eq,
  ({ in: values }) => values?.[0],
  ({ gte }) => gte,
  ({ lte }) => lte,
  ({ gt }) => (typeof gt === 'number' ? gt + 1 : appendTo(gt)),
  ({ lt }) => (typeof lt === 'number' ? lt - 1 : lt === undefined ? lt : ''),
  ({ contains }) => (contains === undefined || typeof contains === 'string' ? contains : [contains]),
  ({ startsWith }) => startsWith,
];

/** Returns a value that satisfies the condition, or undefined if only a missing value does. */
export function satisfyCondition(condition: Condition): JsonObject[string] | undefined {
  if (typeof condition !== 'object' || condition === null) return condition;
  for (const satisfy of satisfyOperators) {
    const value = satisfy(condition);
    if (value !== undefined) return value;
  }
  if (condition.exists === false) return undefined;
  return condition.ne === true ? false : true;
}

/** Builds nested objects from dotted paths such as `a.b.c`. */
export function placeValue(values: Record<string, JsonObject[string] | undefined>): JsonObject {
  const object: JsonObject = {};
  for (const [path, value] of Object.entries(values)) {
    if (value === undefined) continue;
    const names = path.split('.');
    const last = names.pop() ?? path;
    let inner = object;
    for (const name of names) inner = inner[name] = { ...(inner[name] as JsonObject | undefined) }; // made by us, one path after another
    inner[last] = value;
  }
  return object;
}

const toList = (names: string | string[]): string[] => [names].flat();

function touchpointsOfLeaf(leaf: PredicateLeaf): SatisfyingTouchpoint[] {
  if ('event' in leaf) {
    const where = mapValues(leaf.where ?? {}, satisfyCondition);
    return toList(leaf.event).map((name) => ({ name, properties: placeValue(where) }));
  }
  if ('did' in leaf) return toList(leaf.did).map((name) => ({ name, properties: {} }));
  return [];
}

/**
 * Returns one touchpoint for each name in an `event` or `did` leaf. Leaves below `not` are skipped.
 */
export function findSatisfyingTouchpoints(predicate: Predicate | undefined): SatisfyingTouchpoint[] {
  if (!predicate) return [];
  return foldPredicate<SatisfyingTouchpoint[]>(predicate, {
    all: (parts) => parts.flat(),
    any: (parts) => parts.flat(),
    not: () => [],
    leaf: touchpointsOfLeaf,
  });
}

/** Returns each condition on a trait, at any depth, also below `not`. */
export function traitsToSatisfy(predicate: Predicate | undefined): { trait: string; is: Condition }[] {
  return predicate ? leavesOf(predicate).flatMap((leaf) => ('trait' in leaf ? [leaf] : [])) : [];
}

/** Returns all predicates of the definition except those of its triggers. */
export function predicatesToSatisfy({ entry, exit, goal, steps }: JourneyDefinition): Predicate[] {
  const inSteps = Object.values(steps).flatMap((step): Predicate[] => {
    if (step.kind === 'waitForEvent') return [step.on, ...(step.or ?? []).map(({ on }) => on)];
    if (step.kind === 'branch') return step.cases.map(({ when }) => when);
    if (step.kind === 'experiment') return [step.goal, ...step.guardrails.map(({ event }) => event)];
    return [];
  });
  return [entry.condition, entry.exclude, exit, goal?.on, ...inSteps].filter((one) => one !== undefined);
}
