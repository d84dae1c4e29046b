import { type ActiveEnrolment } from '../../model/active-enrolment.ts';
import { guardedSteps, outgoingTransitions } from '../definition/graph.ts';
import { type JourneyDefinition } from '../definition/journey-definition.ts';
import { type JourneyRecord } from './journey-record.ts';
import { type Step } from '../definition/step.ts';

/**
 * What becomes of somebody who was about to act in an old version: goes on in another one, leaves, or was handed over before by a try that
 * did not live to tell, and is seen to the end.
 */
export type MigrationAction =
  { kind: 'to'; version: number; at: string } | { kind: 'leave'; outcome: string } | { kind: 'finish' };

/** Outcome of whoever a migration's map leads out. */
export const migratedOutcome = 'migrated';
/** Outcome of whoever was inside when the journey was stopped. */
export const stoppedOutcome = 'stopped';

/**
 * Whether somebody at a step of a version is moved: undefined, or where to. The newest migration that knows the step decides. `inside` is
 * what the profile holds of the enrolment. Asked again after the hand-over it answers `finish`.
 */
export function resolveMigration(
  head: Pick<JourneyRecord, 'state' | 'migrations'> | undefined,
  { version, stepId }: { version: number; stepId: string },
  inside?: Pick<ActiveEnrolment, 'version'>,
): MigrationAction | undefined {
  if (inside && inside.version !== version) return { kind: 'finish' };
  if (head?.state === 'stopped') return { kind: 'leave', outcome: stoppedOutcome };
  const migration = head?.migrations.findLast(({ from, map }) => from.includes(version) && Object.hasOwn(map, stepId));
  const at = migration?.map[stepId];
  if (!migration || at === undefined) return undefined;
  return at === null ? { kind: 'leave', outcome: migratedOutcome } : { kind: 'to', version: migration.to, at };
}

type Walked = Pick<JourneyDefinition, 'steps' | 'start' | 'entry'>;

const stepOf = ({ steps }: Pick<JourneyDefinition, 'steps'>, id: string): Step | undefined =>
  Object.hasOwn(steps, id) ? steps[id] : undefined;

/** Steps at which time goes by. Whoever stands there is met when it is over. */
const resting: Step['kind'][] = ['wait', 'waitForEvent', 'humanTask'];

const isResting = (definition: Pick<JourneyDefinition, 'steps'>, id: string): boolean =>
  resting.includes(stepOf(definition, id)?.kind ?? 'exit');

/**
 * The steps at which whoever stands at a step is met next: those that ask the gate, the step itself if it does. `upTo` ends a way where it
 * would rest once more. Empty where only exits follow.
 */
export function nextGuardedSteps(definition: Walked, id: string, upTo: 'meeting' | 'rest' = 'meeting'): string[] {
  const gated = guardedSteps(definition);
  const met = new Set<string>();
  const seen = new Set<string>();
  const walk = (at: string): void => {
    const step = stepOf(definition, at);
    if (!step || seen.has(at)) return;
    seen.add(at);
    if (gated.has(at)) met.add(at);
    else if (at === id || upTo === 'meeting' || !isResting(definition, at))
      for (const [, target] of outgoingTransitions(step)) walk(target);
  };
  walk(id);
  return [...met];
}

/** A map that cannot be carried out, where, and what to do about it. */
export interface MigrationMapDiagnostic {
  code: 'unknown-step' | 'unknown-target' | 'ambiguous-step' | 'nothing-to-move';
  place: string;
  hint: string;
}

type Map = Record<string, string | null>;

/** A wait that is over is not waited for again: a wait that leads to a wait leads to what comes after it. */
function targetOf(
  from: JourneyDefinition,
  to: JourneyDefinition,
  { id, target }: { id: string; target: string | null },
): string | null {
  const [old, next] = [stepOf(from, id), target === null ? undefined : stepOf(to, target)];
  return old?.kind === 'wait' && next?.kind === 'wait' ? next.next : target;
}

function faultsOf(from: JourneyDefinition, to: JourneyDefinition, map: Map): MigrationMapDiagnostic[] {
  return Object.entries(map).flatMap(([id, target]): MigrationMapDiagnostic[] => {
    const place = `migrate.map.${id}`;
    if (!stepOf(from, id))
      return [{ code: 'unknown-step', place, hint: `version ${from.version} has no step "${id}"` }];
    if (target !== null && !stepOf(to, target))
      return [{ code: 'unknown-target', place, hint: `version ${to.version} has no step "${target}"` }];
    if (nextGuardedSteps(from, id, 'rest').length === 0)
      return [
        { code: 'nothing-to-move', place, hint: `"${id}" leads to an exit or another wait: name what comes after` },
      ];
    return [];
  });
}

/** Where whoever is met at a step is led that the map does not name: where all waits before it are. Undefined where these do not agree. */
function fromRests(from: JourneyDefinition, to: JourneyDefinition, { map, id }: { map: Map; id: string }) {
  const rests = Object.keys(from.steps).filter(
    (rest) => isResting(from, rest) && nextGuardedSteps(from, rest, 'rest').includes(id),
  );
  const targets = new Set(
    rests.map((rest) => {
      const target = map[rest];
      return target === undefined ? undefined : targetOf(from, to, { id: rest, target });
    }),
  );
  const [target] = targets;
  return { rests, target: targets.size === 1 ? target : undefined };
}

/**
 * A map from every step at which somebody is met. Steps that only rest are met at the steps they lead to, so naming a wait names those:
 * which is refused where people from another wait, which the map sends elsewhere or does not know, are met there too.
 */
export function resolveMigrationMap(
  from: JourneyDefinition,
  to: JourneyDefinition,
  map: Map,
): { map: Map; faults: MigrationMapDiagnostic[] } {
  const faults = faultsOf(from, to, map);
  if (faults.length > 0) return { map: {}, faults };
  const resolved: Map = {};
  for (const id of new Set(Object.keys(map).flatMap((named) => nextGuardedSteps(from, named, 'rest')))) {
    const { rests, target } = fromRests(from, to, { map, id });
    const led = map[id] === undefined ? target : map[id];
    if (led !== undefined) resolved[id] = led;
    else
      faults.push({
        code: 'ambiguous-step',
        place: `migrate.map.${id}`,
        hint: `people come to "${id}" from ${rests.map((rest) => `"${rest}"`).join(', ')}: say where "${id}" leads, or all of these alike`,
      });
  }
  return { map: resolved, faults };
}
