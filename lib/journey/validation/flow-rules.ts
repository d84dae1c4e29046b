import { nextSteps, timedKinds, type Transition, outgoingTransitions } from '../definition/graph.ts';
import { loopsOf } from '../compilation/execution-segments.ts';
import { type JourneyDefinition } from '../definition/journey-definition.ts';
import { errorAt, type Diagnostic, stepAt, type ValidationRule, warningAt } from './diagnostic.ts';

type Shape = Pick<JourneyDefinition, 'start' | 'steps'>;

export function checkUnknownSteps({ start, steps }: Shape): Diagnostic[] {
  const named = Object.entries(steps).flatMap(([id, step]) =>
    outgoingTransitions(step).map(([place, target]): Transition => [`steps.${id}.${place}`, target]),
  );
  return [['start', start] as const, ...named].flatMap(([place, target]) =>
    stepAt(steps, target) ? [] : [errorAt('unknown-step', place, `there is no step "${target}"`)],
  );
}

/** Every step that is reached from `from`, itself included. */
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

export function checkUnreachableSteps({ start, steps }: Shape): Diagnostic[] {
  const reached = stepsReachableFrom({ steps }, [start]);
  return Object.keys(steps).flatMap((id) =>
    reached.has(id) ? [] : [errorAt('unreachable-step', `steps.${id}`, `nothing leads to "${id}"`)],
  );
}

/** Ways that lead back without a limit: all circles but those through a `goTo`. Where there are none, every way ends in an `exit`. */
export function checkEndlessPaths({ steps }: Pick<JourneyDefinition, 'steps'>): Diagnostic[] {
  const state = new Map<string, 'open' | 'done'>();
  const faults: Diagnostic[] = [];
  const visit = (id: string): void => {
    const step = stepAt(steps, id);
    if (!step) return;
    state.set(id, 'open');
    for (const [place, target] of outgoingTransitions(step)) {
      if (step.kind === 'goTo' && place === 'to') continue;
      const hint = `leads back to "${target}" without end: lead back by a step of kind goTo, which has a limit`;
      if (state.get(target) === 'open') faults.push(errorAt('endless', `steps.${id}.${place}`, hint));
      else if (!state.has(target)) visit(target);
    }
    state.set(id, 'done');
  };
  for (const id of Object.keys(steps)) if (!state.has(id)) visit(id);
  return faults;
}

/** Rounds that a loop may make at once: a few more tries of something, not a machine that spins. */
const mostAtOnce = 10;

/** Whether `goTo` can be reached from `to` without any time going by. */
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

export const checkBusyLoops: ValidationRule = (definition) =>
  loopsOf(definition).flatMap((loop) => {
    const place = `steps.${loop.id}`;
    if (loop.to === loop.id) return [errorAt('endless', `${place}.to`, 'leads to itself')];
    if (loop.limit <= mostAtOnce || !loopsWithoutDelay(definition, loop)) return [];
    return [
      warningAt('idle-loop', place, `up to ${loop.limit} rounds can follow one another at once: let time go by in it`),
    ];
  });
