import { type JourneyDefinition } from '#lib/journey/definition/journey-definition.ts';
import { type Step } from '#lib/journey/definition/step.ts';

/** Old step → new step, or out. */
export type Map = Record<string, string | null>;

const rests = (step: Step | undefined): boolean =>
  step !== undefined && ['wait', 'waitForEvent', 'humanTask'].includes(step.kind);

export const acts = ['send', 'updateProfile', 'emitEvent', 'webhook', 'decide', 'startJourney'];

/** Where a step leads. */
function targets(step: Step): string[] {
  if (step.kind === 'exit') return [];
  if (step.kind === 'randomSplit') return step.paths.map(({ next }) => next);
  if (step.kind === 'experiment')
    return [...step.variants, ...(step.holdout ? [step.holdout] : [])].map(({ next }) => next);
  if (step.kind === 'branch') return [...step.cases.map(({ next }) => next), step.otherwise];
  if (step.kind === 'humanTask') return [...Object.values(step.answers), step.onTimeout];
  if (step.kind === 'waitForEvent') return [step.next, ...(step.or ?? []).map(({ next }) => next), step.onTimeout];
  if (step.kind === 'webhook' && step.onError !== undefined) return [step.next, step.onError];
  return step.kind === 'goTo' ? [step.to, step.next] : [step.next];
}

/** The steps that can have been visited before another. */
export function leading({ steps }: JourneyDefinition, id: string): Step[] {
  const found = new Set<string>();
  const look = (at: string): void => {
    for (const [before, step] of Object.entries(steps)) {
      if (found.has(before) || !targets(step).includes(at)) continue;
      found.add(before);
      look(before);
    }
  };
  look(id);
  return [...found].flatMap((one) => steps[one] ?? []);
}

/**
 * Steps that look up whether the journey is paused and whether to go on elsewhere: branches, experiments and marketing always do, and of what has an
 * effect whatever comes first after time has gone by.
 */
export function asking({ steps, start, entry }: JourneyDefinition): Set<string> {
  const always = Object.keys(steps).filter((id) => {
    const step = steps[id];
    return (
      step?.kind === 'branch' || step?.kind === 'experiment' || (step?.kind === 'send' && step.purpose === 'marketing')
    );
  });
  const found = new Set(always);
  const passed = new Set<string>();
  const arrive = (id: string): void => {
    const step = steps[id];
    if (!step || passed.has(id) || found.has(id) || rests(step)) return;
    passed.add(id);
    if (acts.includes(step.kind)) found.add(id);
    else targets(step).forEach(arrive);
  };
  if (entry.throttle) arrive(start);
  for (const step of Object.values(steps)) if (rests(step)) targets(step).forEach(arrive);
  return found;
}

/** The asking steps that somebody who stands at a step comes to before any further rest. */
export function metFrom(definition: JourneyDefinition, id: string): Set<string> {
  const asks = asking(definition);
  const met = new Set<string>();
  const passed = new Set<string>();
  const pass = (at: string): void => {
    const step = definition.steps[at];
    if (!step || passed.has(at)) return;
    passed.add(at);
    if (asks.has(at)) met.add(at);
    else if (at === id || !rests(step)) targets(step).forEach(pass);
  };
  pass(id);
  return met;
}

/**
 * What a map means for people in an old version: by the asking step at which they are met. A step that rests stands for those it leads to;
 * a wait is not waited for twice. Undefined where it cannot be carried out.
 */
export function resolved(old: JourneyDefinition, to: JourneyDefinition, map: Map): Map | undefined {
  const mine = Object.entries(map).filter(([id]) => Object.hasOwn(old.steps, id));
  const meant: Map = {};
  const beyond = (id: string, target: string | null | undefined): string | null | undefined => {
    const [from, next] = [old.steps[id], to.steps[target ?? '']];
    return from?.kind === 'wait' && next?.kind === 'wait' ? next.next : target;
  };
  for (const [id, target] of mine) {
    const met = metFrom(old, id);
    if (met.size === 0 || (target !== null && !Object.hasOwn(to.steps, target))) return undefined;
    for (const one of met) {
      const resting = Object.keys(old.steps).filter((at) => rests(old.steps[at]) && metFrom(old, at).has(one));
      const ways = new Set(resting.map((at) => beyond(at, Object.hasOwn(map, at) ? map[at] : undefined)));
      const way = Object.hasOwn(map, one) ? map[one] : ways.size === 1 ? [...ways][0] : undefined;
      if (way === undefined) return undefined;
      meant[one] = way;
    }
  }
  return meant;
}
