import { type Predicate } from '../../model/predicate.ts';
import { type JourneyDefinition } from '../definition/journey-definition.ts';
import { type Trigger } from '../definition/trigger.ts';
import { type Diagnostic, type ValidationRule, stepsOfKind, warningAt } from './diagnostic.ts';
import { predicatesInJourney } from './predicate-rules.ts';
import { leavesOf } from '../../model/visit-predicate.ts';

type Kind = 'stage' | 'segment';

/** Returns each list of stage or segment names of which a customer must match one. */
function listsIn(predicate: Predicate, kind: Kind): string[][] {
  return leavesOf(predicate).flatMap((leaf) => {
    if (kind === 'stage') return 'stage' in leaf ? [leaf.stage] : [];
    return 'segment' in leaf ? [leaf.segment] : [];
  });
}

function namesOf(trigger: Trigger, kind: Kind): string[] {
  if (kind === 'stage') return 'stageEntered' in trigger ? trigger.stageEntered : [];
  if ('segmentJoined' in trigger) return trigger.segmentJoined;
  return 'segment' in trigger ? [trigger.segment] : [];
}

function listsOf(definition: JourneyDefinition, kind: Kind): { place: string; names: string[] }[] {
  const triggers = definition.entry.triggers.map((trigger, i) => {
    return { place: `entry.triggers.${i}`, names: namesOf(trigger, kind) };
  });
  const predicates = predicatesInJourney(definition).flatMap(({ place, predicate }) =>
    listsIn(predicate, kind).map((names) => ({ place, names })),
  );
  return [...triggers, ...predicates].filter(({ names }) => names.length > 0);
}

const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(' or ');

const hintOf = (kind: Kind, names: string[], known: readonly string[]): string =>
  kind === 'stage'
    ? `the workspace's stages are ${known.join(', ')}: no customer is ever in ${quoted(names)}`
    : `no customer belongs to ${quoted(names)}: there is no such segment yet, PUT /v1/segments/${names[0] ?? ''}`;

/**
 * Warns if no name of a list is known. One known name suffices, because a journey may be written
 * for several stage models.
 */
function findUnknown(definition: JourneyDefinition, kind: Kind, known: readonly string[] | undefined): Diagnostic[] {
  if (!known) return [];
  return listsOf(definition, kind)
    .filter(({ names }) => !names.some((name) => known.includes(name)))
    .map(({ place, names }) => warningAt(`unknown-${kind}`, place, hintOf(kind, names, known)));
}

/**
 * Warns about stages, segments and placements that the workspace does not have. Not an error,
 * because they may be created later.
 */
export const checkReferences: ValidationRule = (definition, { stages, segments, placements }) => [
  ...findUnknown(definition, 'stage', stages),
  ...findUnknown(definition, 'segment', segments),
  ...stepsOfKind(definition, 'decide')
    .filter(({ step }) => placements && !placements.includes(step.placement))
    .map(({ place, step }) =>
      warningAt(
        'unknown-placement',
        `${place}.placement`,
        `there is no placement "${step.placement}": nothing is offered`,
      ),
    ),
];
