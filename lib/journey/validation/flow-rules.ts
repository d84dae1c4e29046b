import { nextSteps, timedKinds, type Transition, outgoingTransitions } from '../definition/graph.ts';
import { loopsOf } from '../compilation/execution-segments.ts';
import { type JourneyDefinition } from '../definition/journey-definition.ts';
import { errorAt, type Diagnostic, stepAt, type ValidationRule, warningAt } from './diagnostic.ts';

type Shape = Pick<JourneyDefinition, 'start' | 'steps'>;

/** Reports transitions to steps that do not exist. */
export function checkUnknownSteps({ start, steps }: Shape): Diagnostic[] {
  const transitions = Object.entries(steps).flatMap(([id, step]) =>
    outgoingTransitions(step).map(([place, target]): Transition => [`steps.${id}.${place}`, target]),
  );
  return [['start', start] as const, ...transitions].flatMap(([place, target]) =>
    stepAt(steps, target) ? [] : [errorAt('unknown-step', place, `there is no step "${target}"`)],
  );
}

/** Returns every step that can be reached from the given ones, these included. */
export function stepsReachableFrom({ steps }: Pick<JourneyDefinition, 'steps'>, from: readonly string[]): Set<string> {
  const reached = new Set<string>();
  const open = [...from];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const step = stepAt(steps, id);
    if (!step || reached.has(id)) continue;
    reached.add(id);
    open.push(...outgoingTransitions(step).map(([, target]) => target));
  }
  return reached;
}

/** Reports steps that no path from the start reaches. */
export function checkUnreachableSteps({ start, steps }: Shape): Diagnostic[] {
  const reached = stepsReachableFrom({ steps }, [start]);
  return Object.keys(steps).flatMap((id) =>
    reached.has(id) ? [] : [errorAt('unreachable-step', `steps.${id}`, `nothing leads to "${id}"`)],
  );
}

/** A walk over all paths. `open`: steps of the present path. */
interface PathWalk {
  steps: JourneyDefinition['steps'];
  state: Map<string, 'open' | 'done'>;
  faults: Diagnostic[];
}

function endlessPath(id: string, [place, target]: Transition): Diagnostic {
  const hint = `leads back to "${target}" without end: lead back by a step of kind goTo, which has a limit`;
  return errorAt('endless', `steps.${id}.${place}`, hint);
}

/** Walks all paths from a step. Reports each transition to a step of its own path. */
function walkPaths(walk: PathWalk, id: string): void {
  const { steps, state, faults } = walk;
  const step = stepAt(steps, id);
  if (!step) return;
  state.set(id, 'open');
  for (const transition of outgoingTransitions(step)) {
    const [place, target] = transition;
    if (step.kind === 'goTo' && place === 'to') continue;
    if (state.get(target) === 'open') faults.push(endlessPath(id, transition));
    else if (!state.has(target)) walkPaths(walk, target);
  }
  state.set(id, 'done');
}

/**
 * Reports loops without a limit, that is all except those through a `goTo`. Without such a loop
 * every path ends in an `exit`.
 */
export function checkEndlessPaths({ steps }: Pick<JourneyDefinition, 'steps'>): Diagnostic[] {
  const walk: PathWalk = { steps, state: new Map(), faults: [] };
  for (const id of Object.keys(steps)) if (!walk.state.has(id)) walkPaths(walk, id);
  return walk.faults;
}

/**
 * Maximum number of rounds that a loop without a wait may make: some more tries of something, but
 * no busy loop.
 */
const mostAtOnce = 10;

/** Returns whether a loop can come back to its `goTo` without any wait. */
function loopsWithoutDelay(
  { steps }: Pick<JourneyDefinition, 'steps'>,
  { id, to }: { id: string; to: string },
): boolean {
  const open = [to];
  const seen = new Set<string>();
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (at === id) return true;
    const step = stepAt(steps, at);
    if (!step || seen.has(at) || timedKinds.has(step.kind)) continue;
    seen.add(at);
    open.push(...nextSteps(step));
  }
  return false;
}

/** Reports a `goTo` to itself, and warns about many rounds without a wait. */
export const checkBusyLoops: ValidationRule = (definition) =>
  loopsOf(definition).flatMap((loop) => {
    const place = `steps.${loop.id}`;
    if (loop.to === loop.id) return [errorAt('endless', `${place}.to`, 'leads to itself')];
    if (loop.limit <= mostAtOnce || !loopsWithoutDelay(definition, loop)) return [];
    return [
      warningAt('idle-loop', place, `up to ${loop.limit} rounds can follow one another at once: let time go by in it`),
    ];
  });
