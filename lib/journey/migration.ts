import { type ActiveEnrolment } from '../profile/profile.ts';
import { type JourneyDefinition } from './definition.ts';
import { type JourneyHead } from './head.ts';
import { type Step } from './step.ts';

/**
 * What becomes of somebody who was about to act in an old version: goes on in another one, leaves, or was handed over before by a try that
 * did not live to tell, and is seen to the end.
 */
export type Move =
  { kind: 'to'; version: number; at: string } | { kind: 'leave'; outcome: string } | { kind: 'finish' };

/** Outcome of whoever a migration's map leads out. */
export const migratedOut = 'migrated';
/** Outcome of whoever was inside when the journey was stopped. */
export const stoppedOutcome = 'stopped';

/**
 * Whether somebody at a step of a version is moved: undefined, or where to. The newest migration that knows the step decides. `inside` is
 * what the profile holds of the enrolment. Asked again after the hand-over it answers `finish`.
 */
export function moveOf(
  head: Pick<JourneyHead, 'state' | 'migrations'> | undefined,
  { version, stepId }: { version: number; stepId: string },
  inside?: Pick<ActiveEnrolment, 'version'>,
): Move | undefined {
  if (inside && inside.version !== version) return { kind: 'finish' };
  if (head?.state === 'stopped') return { kind: 'leave', outcome: stoppedOutcome };
  const migration = head?.migrations.findLast(({ from, map }) => from.includes(version) && Object.hasOwn(map, stepId));
  const at = migration?.map[stepId];
  if (!migration || at === undefined) return undefined;
  return at === null ? { kind: 'leave', outcome: migratedOut } : { kind: 'to', version: migration.to, at };
}

/** Every step a step may lead to. */
export function leadsTo(step: Step): string[] {
  const trouble = 'onError' in step && step.onError !== undefined ? [step.onError] : [];
  switch (step.kind) {
    case 'branch':
      return [...step.cases.map(({ next }) => next), step.otherwise];
    case 'randomSplit':
      return step.paths.map(({ next }) => next);
    case 'experiment':
      return [...step.variants, ...(step.holdout ? [step.holdout] : [])].map(({ next }) => next);
    case 'waitForEvent':
      return [step.next, ...(step.or ?? []).map(({ next }) => next), step.onTimeout];
    case 'humanTask':
      return [...Object.values(step.answers), step.onTimeout];
    case 'wait':
      return [step.next, ...(step.onMissing === undefined ? [] : [step.onMissing])];
    case 'goTo':
      return [step.to, step.next];
    case 'exit':
      return [];
    default:
      return [step.next, ...trouble];
  }
}

/** Steps that take time and do nothing: whoever stands there acts next at the step they lead to. */
const resting: Step['kind'][] = ['wait', 'waitForEvent', 'humanTask'];
/** Steps that ask nobody: an execution passes them by itself. */
const silent: Step['kind'][] = ['randomSplit', 'goTo', 'wait'];

const stepOf = ({ steps }: Pick<JourneyDefinition, 'steps'>, id: string): Step | undefined =>
  Object.hasOwn(steps, id) ? steps[id] : undefined;

const isMet = (definition: Pick<JourneyDefinition, 'steps'>, id: string): boolean =>
  !['exit', ...silent].includes(stepOf(definition, id)?.kind ?? 'exit');

export const isResting = (definition: Pick<JourneyDefinition, 'steps'>, id: string): boolean =>
  resting.includes(stepOf(definition, id)?.kind ?? 'exit');

/**
 * Where whoever stands at a step can next be met: the step itself if it acts, else those it leads to, over whatever asks nobody. Empty
 * where only exits follow.
 */
export function nextMeetings(definition: Pick<JourneyDefinition, 'steps'>, id: string): string[] {
  const found = new Set<string>();
  const seen = new Set<string>();
  const walk = (at: string, isStart: boolean): void => {
    const step = stepOf(definition, at);
    if (!step || step.kind === 'exit' || seen.has(at)) return;
    if (!isStart) seen.add(at);
    const passes = silent.includes(step.kind) || (isStart && resting.includes(step.kind));
    if (!passes) found.add(at);
    else for (const next of leadsTo(step)) walk(next, false);
  };
  walk(id, true);
  return [...found];
}

/** A map that cannot be carried out, where, and what to do about it. */
export interface MapFault {
  code: 'unknown-step' | 'unknown-target' | 'ambiguous-step' | 'nothing-to-move';
  place: string;
  hint: string;
}

type Map = Record<string, string | null>;

/** A wait that is over is not waited for again: a wait that leads to a wait leads to what comes after it. */
function targetOf(from: JourneyDefinition, to: JourneyDefinition, id: string, target: string | null): string | null {
  const [old, next] = [stepOf(from, id), target === null ? undefined : stepOf(to, target)];
  return old?.kind === 'wait' && next?.kind === 'wait' ? next.next : target;
}

function faultsOf(from: JourneyDefinition, to: JourneyDefinition, map: Map): MapFault[] {
  return Object.entries(map).flatMap(([id, target]): MapFault[] => {
    const place = `migrate.map.${id}`;
    if (!stepOf(from, id))
      return [{ code: 'unknown-step', place, hint: `version ${from.version} has no step "${id}"` }];
    if (target !== null && !stepOf(to, target))
      return [{ code: 'unknown-target', place, hint: `version ${to.version} has no step "${target}"` }];
    if (nextMeetings(from, id).length === 0)
      return [{ code: 'nothing-to-move', place, hint: `"${id}" leads to nothing but the exit` }];
    return [];
  });
}

/**
 * A map from every step at which somebody is met. Steps that only rest are met at the steps they lead to, so naming a wait names those:
 * which is refused where people from another wait, which the map sends elsewhere or does not know, are met there too.
 */
export function resolveMap(from: JourneyDefinition, to: JourneyDefinition, map: Map): { map: Map; faults: MapFault[] } {
  const faults = faultsOf(from, to, map);
  if (faults.length > 0) return { map: {}, faults };
  const resolved: Map = {};
  const rests = Object.keys(from.steps).filter((id) => isResting(from, id));
  const met = new Set(Object.keys(map).flatMap((id) => [...(isMet(from, id) ? [id] : []), ...nextMeetings(from, id)]));
  for (const id of met) {
    const named = map[id];
    if (named !== undefined) {
      resolved[id] = named;
      continue;
    }
    const comeFrom = rests.filter((rest) => nextMeetings(from, rest).includes(id));
    const targets = new Set(
      comeFrom.map((rest) => {
        const target = map[rest];
        return target === undefined ? undefined : targetOf(from, to, rest, target);
      }),
    );
    const [target] = targets;
    if (targets.size === 1 && target !== undefined) resolved[id] = target;
    else
      faults.push({
        code: 'ambiguous-step',
        place: `migrate.map.${id}`,
        hint: `"${id}" is reached from ${comeFrom.map((rest) => `"${rest}"`).join(', ')}: say where "${id}" leads, or all of these alike`,
      });
  }
  return { map: resolved, faults };
}
