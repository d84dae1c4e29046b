import { type Predicate } from '../../model/predicate.ts';
import { type JourneyDefinition } from '../definition/journey-definition.ts';
import { errorAt, type Diagnostic, type ValidationRule, stepsOfKind, warningAt } from './diagnostic.ts';
import { foldPredicate, leavesOf, type PredicateLeaf } from '../../model/visit-predicate.ts';

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
  return leavesOf(predicate).flatMap((leaf) =>
    'trait' in leaf ? [leaf.trait, ...leaf.trait.split('.').slice(0, 1)] : [],
  );
}

const names = (name: string | string[]): string[] => [name].flat();

/** What the structure of a predicate says. */
interface Satisfiability {
  possible: boolean;
  /** The event names of which the touchpoint must have one. Undefined if any name matches. */
  events: ReadonlySet<string> | undefined;
}

function allSatisfiable(parts: Satisfiability[]): Satisfiability {
  const sets = parts.flatMap(({ events }) => events ?? []);
  const events =
    sets.length === 0 ? undefined : sets.reduce((both, set) => new Set([...both].filter((name) => set.has(name))));
  return { possible: parts.every(({ possible }) => possible) && events?.size !== 0, events };
}

function anySatisfiable(parts: Satisfiability[]): Satisfiability {
  const sets = parts.flatMap(({ events }) => events ?? []);
  return {
    possible: parts.some(({ possible }) => possible),
    events: sets.length === parts.length ? new Set(sets.flatMap((set) => [...set])) : undefined,
  };
}

function leafSatisfiable(leaf: PredicateLeaf, atTouchpoint: boolean): Satisfiability {
  if ('event' in leaf) return { possible: atTouchpoint, events: new Set(names(leaf.event)) };
  return { possible: !('did' in leaf) || (leaf.atLeast ?? 0) <= (leaf.atMost ?? Infinity), events: undefined };
}

/**
 * Returns false if the predicate's structure rules out every customer. `atTouchpoint` false means
 * that it is evaluated without a touchpoint. Below `not`, only an empty `all` is impossible.
 */
export function isSatisfiable(predicate: Predicate, atTouchpoint = true): boolean {
  return foldPredicate<Satisfiability>(predicate, {
    all: allSatisfiable,
    any: anySatisfiable,
    not: (_, part) => ({ possible: !('all' in part && part.all.length === 0), events: undefined }),
    leaf: (leaf) => leafSatisfiable(leaf, atTouchpoint),
  }).possible;
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
  return foldPredicate<string[]>(predicate, {
    all: () => [],
    any: (parts) => parts.flat(),
    not: () => [],
    leaf: (leaf) => ('event' in leaf && !leaf.where ? names(leaf.event) : []),
  });
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
