import { type Predicate } from '../../model/predicate.ts';
import { type JourneyDefinition } from '../definition/journey-definition.ts';
import { type StepOf } from '../definition/step.ts';
import { errorAt, type Diagnostic, type ValidationRule, stepsOfKind, warningAt } from './diagnostic.ts';
import { foldPredicate, leavesOf, type PredicateLeaf } from '../../model/visit-predicate.ts';

/** A predicate with its place in the definition. */
export interface PredicateAt {
  place: string;
  predicate: Predicate;
  /** Whether a touchpoint is present when the predicate is evaluated. */
  atTouchpoint: boolean;
}

const atTouchpoint = (place: string, predicate: Predicate): PredicateAt => ({ place, predicate, atTouchpoint: true });
const atCustomer = (place: string, predicate: Predicate): PredicateAt => ({ place, predicate, atTouchpoint: false });

function predicatesOfEntry({ triggers, condition, exclude }: JourneyDefinition['entry']): PredicateAt[] {
  const touchpoints = triggers.flatMap((trigger, i) =>
    'touchpoint' in trigger ? [atTouchpoint(`entry.triggers.${i}.touchpoint`, trigger.touchpoint)] : [],
  );
  return [
    ...touchpoints,
    ...(condition ? [atCustomer('entry.condition', condition)] : []),
    ...(exclude ? [atCustomer('entry.exclude', exclude)] : []),
  ];
}

/** Returns the predicates of a wait: that of the event, and those of the alternatives. */
function predicatesOfWait(place: string, { on, or = [] }: StepOf<'waitForEvent'>): PredicateAt[] {
  return [atTouchpoint(`${place}.on`, on), ...or.map((one, i) => atTouchpoint(`${place}.or.${i}.on`, one.on))];
}

function predicatesOfStep(place: string, step: StepOf<'waitForEvent' | 'branch' | 'experiment'>): PredicateAt[] {
  if (step.kind === 'waitForEvent') return predicatesOfWait(place, step);
  if (step.kind === 'branch') return step.cases.map(({ when }, i) => atCustomer(`${place}.cases.${i}.when`, when));
  const guardrails = step.guardrails.map(({ event }, i) => atTouchpoint(`${place}.guardrails.${i}.event`, event));
  return [atTouchpoint(`${place}.goal`, step.goal), ...guardrails];
}

/** Returns all predicates of a definition. */
export function predicatesInJourney(definition: JourneyDefinition): PredicateAt[] {
  const { entry, exit, goal } = definition;
  return [
    ...predicatesOfEntry(entry),
    ...(exit ? [atTouchpoint('exit', exit)] : []),
    ...(goal ? [atTouchpoint('goal.on', goal.on)] : []),
    ...stepsOfKind(definition, 'waitForEvent', 'branch', 'experiment').flatMap(({ place, step }) =>
      predicatesOfStep(place, step),
    ),
  ];
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

function leafSatisfiable(leaf: PredicateLeaf, hasTouchpoint: boolean): Satisfiability {
  if ('event' in leaf) return { possible: hasTouchpoint, events: new Set(names(leaf.event)) };
  return { possible: !('did' in leaf) || (leaf.atLeast ?? 0) <= (leaf.atMost ?? Infinity), events: undefined };
}

/**
 * Returns false if the predicate's structure rules out every customer. `hasTouchpoint` false means
 * that it is evaluated without a touchpoint. Below `not`, only an empty `all` is impossible.
 */
export function isSatisfiable(predicate: Predicate, hasTouchpoint = true): boolean {
  return foldPredicate<Satisfiability>(predicate, {
    all: allSatisfiable,
    any: anySatisfiable,
    not: (_, part) => ({ possible: !('all' in part && part.all.length === 0), events: undefined }),
    leaf: (leaf) => leafSatisfiable(leaf, hasTouchpoint),
  }).possible;
}

/** Returns the diagnostic of a predicate that no customer can satisfy. */
function unsatisfiable({ place, predicate, atTouchpoint: hasTouchpoint }: PredicateAt): Diagnostic {
  if (!hasTouchpoint && isSatisfiable(predicate)) {
    const hint = 'the customer is looked at, not a touchpoint: ask what was done with "did"';
    return errorAt('no-touchpoint', place, hint);
  }
  const isGoal = place === 'goal.on' || place.endsWith('.goal');
  if (isGoal) return errorAt('unreachable-goal', place, 'no customer can ever reach it');
  const report = place.startsWith('entry.exclude') ? warningAt : errorAt;
  return report('never-met', place, 'no customer can ever meet it');
}

/**
 * Reports predicates that no customer can satisfy. In `entry.exclude` it is a warning, because it
 * has no effect there.
 */
export const checkUnsatisfiable: ValidationRule = (definition) =>
  predicatesInJourney(definition)
    .filter(({ predicate, atTouchpoint: hasTouchpoint }) => !isSatisfiable(predicate, hasTouchpoint))
    .map(unsatisfiable);

/** Returns the event names that satisfy the predicate without further conditions. */
function plainEvents(predicate: Predicate): string[] {
  return foldPredicate<string[]>(predicate, {
    all: () => [],
    any: (parts) => parts.flat(),
    not: () => [],
    leaf: (leaf) => ('event' in leaf && !leaf.where ? names(leaf.event) : []),
  });
}

/** Returns the event names that satisfy both the predicate and the exit criteria. */
function exitEventsOf(predicate: Predicate, exit: Predicate | undefined): string[] {
  const exits = new Set(exit ? plainEvents(exit) : []);
  return plainEvents(predicate).filter((name) => exits.has(name));
}

/**
 * Warns about waits for an event that also meets the exit criteria: the exit wins, and the wait's
 * branch is not taken.
 */
export const checkExitAtWait: ValidationRule = (definition) =>
  stepsOfKind(definition, 'waitForEvent')
    .flatMap(({ place, step }) => predicatesOfWait(place, step))
    .flatMap(({ place, predicate }) => {
      const both = exitEventsOf(predicate, definition.exit);
      const hint = `${both.join(', ')} also meets the exit criteria: the customer leaves, and does not go on from here`;
      return both.length === 0 ? [] : [warningAt('exit-at-wait', place, hint)];
    });

/** Warns about triggers that also meet the exit criteria: such an entry is rejected. */
export const checkExitAtEntry: ValidationRule = ({ entry, exit }) =>
  entry.triggers.flatMap((trigger, i) => {
    const both = 'touchpoint' in trigger ? exitEventsOf(trigger.touchpoint, exit) : [];
    const hint = `${both.join(', ')} also meets the exit criteria`;
    return both.length === 0 ? [] : [warningAt('exit-at-entry', `entry.triggers.${i}.touchpoint`, hint)];
  });
