import { type Predicate } from '../../model/predicate.ts';
import { type JourneyDefinition } from '../definition/journey-definition.ts';
import { errorAt, type Diagnostic, type ValidationRule, stepsOfKind, warningAt } from './diagnostic.ts';

/** A predicate with its place in the definition. */
export interface PredicateAt {
  place: string;
  predicate: Predicate;
  /** Whether a touchpoint is present when the predicate is evaluated. */
  atTouchpoint: boolean;
}

/** Returns all predicates of a definition. */
export function predicatesInJourney(definition: JourneyDefinition): PredicateAt[] {
  const { entry, exit, goal } = definition;
  const found: PredicateAt[] = [];
  const add = (place: string, predicate: Predicate | undefined, atTouchpoint = true): void => {
    if (predicate) found.push({ place, predicate, atTouchpoint });
  };
  entry.triggers.forEach((trigger, i) => {
    if ('touchpoint' in trigger) add(`entry.triggers.${i}.touchpoint`, trigger.touchpoint);
  });
  add('entry.condition', entry.condition, false);
  add('entry.exclude', entry.exclude, false);
  add('exit', exit);
  add('goal.on', goal?.on);
  for (const { place, step } of stepsOfKind(definition, 'waitForEvent', 'branch', 'experiment')) {
    if (step.kind === 'waitForEvent') {
      add(`${place}.on`, step.on);
      step.or?.forEach(({ on }, i) => add(`${place}.or.${i}.on`, on));
    } else if (step.kind === 'branch')
      step.cases.forEach(({ when }, i) => add(`${place}.cases.${i}.when`, when, false));
    else {
      add(`${place}.goal`, step.goal);
      step.guardrails.forEach(({ event }, i) => add(`${place}.guardrails.${i}.event`, event));
    }
  }
  return found;
}

/** Returns the traits that a predicate reads. A dotted path adds its first name too. */
export function traitsInPredicate(predicate: Predicate): string[] {
  if ('all' in predicate) return predicate.all.flatMap(traitsInPredicate);
  if ('any' in predicate) return predicate.any.flatMap(traitsInPredicate);
  if ('not' in predicate) return traitsInPredicate(predicate.not);
  if (!('trait' in predicate)) return [];
  return [predicate.trait, ...predicate.trait.split('.').slice(0, 1)];
}

const names = (name: string | string[]): string[] => [name].flat();

/**
 * Returns the event names of which the touchpoint must have one. Returns undefined if any name
 * matches.
 */
function eventsOf(predicate: Predicate): ReadonlySet<string> | undefined {
  if ('event' in predicate) return new Set(names(predicate.event));
  if ('all' in predicate) {
    const each = predicate.all.map(eventsOf).filter((set) => set !== undefined);
    return each.length === 0
      ? undefined
      : each.reduce((both, set) => new Set([...both].filter((name) => set.has(name))));
  }
  if (!('any' in predicate)) return undefined;
  const each = predicate.any.map(eventsOf);
  return each.every((set) => set !== undefined) ? new Set(each.flatMap((set) => [...set])) : undefined;
}

/**
 * Returns false if the predicate's structure rules out every customer. `atTouchpoint` false means
 * that it is evaluated without a touchpoint.
 */
export function isSatisfiable(predicate: Predicate, atTouchpoint = true): boolean {
  if ('all' in predicate)
    return predicate.all.every((part) => isSatisfiable(part, atTouchpoint)) && eventsOf(predicate)?.size !== 0;
  if ('any' in predicate) return predicate.any.some((part) => isSatisfiable(part, atTouchpoint));
  if ('event' in predicate) return atTouchpoint;
  if ('did' in predicate) return (predicate.atLeast ?? 0) <= (predicate.atMost ?? Infinity);
  return !('not' in predicate && 'all' in predicate.not && predicate.not.all.length === 0);
}

/**
 * Reports predicates that no customer can satisfy. In `entry.exclude` it is a warning, because it
 * has no effect there.
 */
export const checkUnsatisfiable: ValidationRule = (definition) =>
  predicatesInJourney(definition).flatMap(({ place, predicate, atTouchpoint }) => {
    if (isSatisfiable(predicate, atTouchpoint)) return [];
    if (!atTouchpoint && isSatisfiable(predicate)) {
      const hint = 'the customer is looked at, not a touchpoint: ask what was done with "did"';
      return [errorAt('no-touchpoint', place, hint)];
    }
    const isGoal = place === 'goal.on' || place.endsWith('.goal');
    if (isGoal) return [errorAt('unreachable-goal', place, 'nobody can ever reach it')];
    return [(place.startsWith('entry.exclude') ? warningAt : errorAt)('never-met', place, 'nobody can ever meet it')];
  });

/** Returns the event names that satisfy the predicate without further conditions. */
function plainEvents(predicate: Predicate): string[] {
  if ('event' in predicate && !predicate.where) return names(predicate.event);
  return 'any' in predicate ? predicate.any.flatMap(plainEvents) : [];
}

/**
 * Warns about waits for an event that also meets the exit criteria: the exit wins, and the wait's
 * branch is not taken.
 */
export const checkExitAtWait: ValidationRule = (definition): Diagnostic[] => {
  const leaves = new Set(definition.exit ? plainEvents(definition.exit) : []);
  return stepsOfKind(definition, 'waitForEvent').flatMap(({ place, step }) => {
    const ways = [
      { at: `${place}.on`, on: step.on },
      ...(step.or ?? []).map(({ on }, i) => ({ at: `${place}.or.${i}.on`, on })),
    ];
    return ways.flatMap(({ at, on }) => {
      const both = plainEvents(on).filter((name) => leaves.has(name));
      const hint = `${both.join(', ')} also meets the exit criteria: the customer leaves, and does not go on from here`;
      return both.length === 0 ? [] : [warningAt('exit-at-wait', at, hint)];
    });
  });
};

/** Warns about triggers that also meet the exit criteria: such an entry is rejected. */
export const checkExitAtEntry: ValidationRule = ({ entry, exit }): Diagnostic[] => {
  const leaves = new Set(exit ? plainEvents(exit) : []);
  return entry.triggers.flatMap((trigger, i) => {
    const both = 'touchpoint' in trigger ? plainEvents(trigger.touchpoint).filter((name) => leaves.has(name)) : [];
    const place = `entry.triggers.${i}.touchpoint`;
    return both.length === 0
      ? []
      : [warningAt('exit-at-entry', place, `${both.join(', ')} also meets the exit criteria`)];
  });
};
