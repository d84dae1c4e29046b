import { type JsonObject } from '../../../shared/json.ts';
import { type Condition, type Predicate } from '../../../model/predicate.ts';
import { type JourneyDefinition } from '../../definition/journey-definition.ts';

/** A touchpoint that matches an `event` or `did` leaf of a predicate. */
export interface SatisfyingTouchpoint {
  name: string;
  properties: JsonObject;
}

/** Returns a value that satisfies the condition, or undefined if only a missing value does. */
export function satisfyCondition(condition: Condition): JsonObject[string] | undefined {
  if (typeof condition !== 'object' || condition === null) return condition;
  const { eq, gt, gte, lt, lte, contains, startsWith, exists, ne } = condition;
  const [first] = condition.in ?? [];
  if (eq !== undefined) return eq;
  if (first !== undefined) return first;
  if (gte !== undefined) return gte;
  if (lte !== undefined) return lte;
  if (gt !== undefined) return typeof gt === 'number' ? gt + 1 : `${gt}~`;
  if (lt !== undefined) return typeof lt === 'number' ? lt - 1 : '';
  if (contains !== undefined) return typeof contains === 'string' ? contains : [contains];
  if (startsWith !== undefined) return startsWith;
  if (exists === false) return undefined;
  return ne === true ? false : true;
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

const listed = (names: string | string[]): string[] => [names].flat();

/**
 * Returns one touchpoint for each name in an `event` or `did` leaf. Leaves below `not` are skipped.
 */
export function findSatisfyingTouchpoints(predicate: Predicate | undefined): SatisfyingTouchpoint[] {
  if (!predicate) return [];
  if ('all' in predicate) return predicate.all.flatMap(findSatisfyingTouchpoints);
  if ('any' in predicate) return predicate.any.flatMap(findSatisfyingTouchpoints);
  if ('event' in predicate) {
    const where = Object.entries(predicate.where ?? {}).map(
      ([path, condition]) => [path, satisfyCondition(condition)] as const,
    );
    return listed(predicate.event).map((name) => ({ name, properties: placeValue(Object.fromEntries(where)) }));
  }
  if ('did' in predicate) return listed(predicate.did).map((name) => ({ name, properties: {} }));
  return [];
}

/** Returns each condition on a trait, at any depth, also below `not`. */
export function traitsToSatisfy(predicate: Predicate | undefined): { trait: string; is: Condition }[] {
  if (!predicate) return [];
  if ('all' in predicate) return predicate.all.flatMap(traitsToSatisfy);
  if ('any' in predicate) return predicate.any.flatMap(traitsToSatisfy);
  if ('not' in predicate) return traitsToSatisfy(predicate.not);
  return 'trait' in predicate ? [predicate] : [];
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
