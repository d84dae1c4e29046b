import { type ActiveEnrolment } from '../../model/active-enrolment.ts';
import { guardedSteps, outgoingTransitions } from '../definition/graph.ts';
import { type JourneyDefinition } from '../definition/journey-definition.ts';
import { type JourneyRecord } from './journey-record.ts';
import { type Step } from '../definition/step.ts';

/**
 * What happens to an enrolment before its next effect: it continues in another version, it ends, or
 * a migration that an earlier try began is finished. `finish` occurs after a crash.
 */
export type MigrationAction =
  { kind: 'to'; version: number; at: string } | { kind: 'leave'; outcome: string } | { kind: 'finish' };

/** Outcome of an enrolment that a migration ends. */
export const migratedOutcome = 'migrated';
/** Outcome of an enrolment that ends because its journey was stopped. */
export const stoppedOutcome = 'stopped';

/**
 * Decides whether an enrolment at a step migrates. Returns undefined if it stays. The newest
 * migration that has the step decides. `inside` is the enrolment's entry in the profile. Returns
 * `finish` if that entry already has another version, as on a retry.
 */
export function resolveMigration(
  record: Pick<JourneyRecord, 'state' | 'migrations'> | undefined,
  { version, stepId }: { version: number; stepId: string },
  inside?: Pick<ActiveEnrolment, 'version'>,
): MigrationAction | undefined {
  if (inside && inside.version !== version) return { kind: 'finish' };
  if (record?.state === 'stopped') return { kind: 'leave', outcome: stoppedOutcome };
  const migration = record?.migrations.findLast(
    ({ from, map }) => from.includes(version) && Object.hasOwn(map, stepId),
  );
  const at = migration?.map[stepId];
  if (!migration || at === undefined) return undefined;
  return at === null ? { kind: 'leave', outcome: migratedOutcome } : { kind: 'to', version: migration.to, at };
}

type Walked = Pick<JourneyDefinition, 'steps' | 'start' | 'entry'>;

const stepOf = ({ steps }: Pick<JourneyDefinition, 'steps'>, id: string): Step | undefined =>
  Object.hasOwn(steps, id) ? steps[id] : undefined;

/** Kinds of steps that wait. An enrolment there migrates at a guarded step after it. */
const resting: Step['kind'][] = ['wait', 'waitForEvent', 'humanTask'];

const isResting = (definition: Pick<JourneyDefinition, 'steps'>, id: string): boolean =>
  resting.includes(stepOf(definition, id)?.kind ?? 'exit');

/**
 * Returns the guarded steps that an enrolment at a step reaches next, or the step itself if it is
 * guarded. With `upTo` `rest`, a path ends at the next waiting step. Empty if only exits follow.
 */
export function nextGuardedSteps(definition: Walked, id: string, upTo: 'meeting' | 'rest' = 'meeting'): string[] {
  const guarded = guardedSteps(definition);
  const found = new Set<string>();
  const seen = new Set<string>();
  const walk = (at: string): void => {
    const step = stepOf(definition, at);
    if (!step || seen.has(at)) return;
    seen.add(at);
    if (guarded.has(at)) found.add(at);
    else if (at === id || upTo === 'meeting' || !isResting(definition, at))
      for (const [, target] of outgoingTransitions(step)) walk(target);
  };
  walk(id);
  return [...found];
}

/** An error in a migration map, its place, and how to correct it. */
export interface MigrationMapDiagnostic {
  code: 'unknown-step' | 'unknown-target' | 'ambiguous-step' | 'nothing-to-move';
  place: string;
  hint: string;
}

type Map = Record<string, string | null>;

/**
 * Returns the step to continue at. A wait mapped to a wait leads to the step after the new one,
 * because the old wait is over by then.
 */
function targetOf(
  from: JourneyDefinition,
  to: JourneyDefinition,
  { id, target }: { id: string; target: string | null },
): string | null {
  const [old, next] = [stepOf(from, id), target === null ? undefined : stepOf(to, target)];
  return old?.kind === 'wait' && next?.kind === 'wait' ? next.next : target;
}

/** The versions that a migration map leads from and to. */
interface MigratedVersions {
  from: JourneyDefinition;
  to: JourneyDefinition;
}

/** Reports a mapped step that does not exist, or that no enrolment can leave by migration. */
function findEntryFault(
  { from, to }: MigratedVersions,
  id: string,
  target: string | null,
): MigrationMapDiagnostic | undefined {
  const place = `migrate.map.${id}`;
  if (!stepOf(from, id)) return { code: 'unknown-step', place, hint: `version ${from.version} has no step "${id}"` };
  if (target !== null && !stepOf(to, target))
    return { code: 'unknown-target', place, hint: `version ${to.version} has no step "${target}"` };
  if (nextGuardedSteps(from, id, 'rest').length > 0) return undefined;
  const hint = `"${id}" leads to an exit or another wait: name what comes after`;
  return { code: 'nothing-to-move', place, hint };
}

/** Target of a waiting step in the map. Undefined if the map does not name it. */
function restTarget(
  { from, to }: MigratedVersions,
  { map, rest }: { map: Map; rest: string },
): string | null | undefined {
  const target = map[rest];
  return target === undefined ? undefined : targetOf(from, to, { id: rest, target });
}

/**
 * Returns the target for a guarded step that the map does not name, from the waits that lead to it.
 * `target` is undefined if these waits have different targets.
 */
function targetFromRests(
  versions: MigratedVersions,
  { map, id }: { map: Map; id: string },
): { rests: string[]; target: string | null | undefined } {
  const { from } = versions;
  const rests = Object.keys(from.steps).filter(
    (rest) => isResting(from, rest) && nextGuardedSteps(from, rest, 'rest').includes(id),
  );
  const targets = new Set(rests.map((rest) => restTarget(versions, { map, rest })));
  const [target] = targets;
  return { rests, target: targets.size === 1 ? target : undefined };
}

function ambiguousStep(id: string, rests: string[]): MigrationMapDiagnostic {
  const waits = rests.map((rest) => `"${rest}"`).join(', ');
  const hint = `people come to "${id}" from ${waits}: say where "${id}" leads, or all of these alike`;
  return { code: 'ambiguous-step', place: `migrate.map.${id}`, hint };
}

/**
 * Resolves a migration map to guarded steps. A waiting step is replaced by the guarded steps it
 * leads to. Reports `ambiguous-step` if another wait leads to such a step and has no target or a
 * different one.
 */
export function resolveMigrationMap(
  from: JourneyDefinition,
  to: JourneyDefinition,
  map: Map,
): { map: Map; faults: MigrationMapDiagnostic[] } {
  const versions = { from, to };
  const faults = Object.entries(map).flatMap(([id, target]) => findEntryFault(versions, id, target) ?? []);
  if (faults.length > 0) return { map: {}, faults };
  const resolved: Map = {};
  for (const id of new Set(Object.keys(map).flatMap((step) => nextGuardedSteps(from, step, 'rest')))) {
    const { rests, target } = targetFromRests(versions, { map, id });
    const next = map[id] === undefined ? target : map[id];
    if (next === undefined) faults.push(ambiguousStep(id, rests));
    else resolved[id] = next;
  }
  return { map: resolved, faults };
}
