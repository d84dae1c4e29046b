import { type Duration, durationMs } from '../../shared/time.ts';
import { effectKinds, nextSteps } from '../definition/graph.ts';
import { type JourneyDefinition } from '../definition/journey-definition.ts';
import { bucketThresholds } from '../../model/customer-bucket.ts';
import { type Step, type StepOf } from '../definition/step.ts';
import { errorAt, type Diagnostic, type ValidationRule, stepAt, stepsOfKind, warningAt } from './diagnostic.ts';

type Steps = JourneyDefinition['steps'];
type Variants = StepOf<'experiment'>['variants'];

/** Returns the weights of a step with their places. */
function weightsOf(place: string, step: StepOf<'randomSplit' | 'experiment'>): (readonly [string, number])[] {
  if (step.kind === 'randomSplit')
    return step.paths.map(({ weight }, i) => [`${place}.paths.${i}.weight`, weight] as const);
  const variants = step.variants.map(({ weight }, i) => [`${place}.variants.${i}.weight`, weight] as const);
  return step.holdout ? [...variants, [`${place}.holdout.weight`, step.holdout.weight]] : variants;
}

/** Reports weights that round to an empty share. Shares are exact to 0.01 %. */
export const checkShares: ValidationRule = (definition) =>
  stepsOfKind(definition, 'randomSplit', 'experiment').flatMap(({ place, step }) => {
    const weights = weightsOf(place, step);
    const bounds = bucketThresholds(weights.map(([, weight]) => weight));
    return weights.flatMap(([at], i) =>
      (bounds[i] ?? NaN) > (bounds[i - 1] ?? 0)
        ? []
        : [errorAt('no-share', at, 'a share so small that no customer gets it')],
    );
  });

/** A salt with its place. `isTest`: an experiment or the holdout compares its sides. */
interface SaltAt {
  place: string;
  salt: string;
  isTest: boolean;
}

function saltsIn({ holdout, ...definition }: JourneyDefinition): SaltAt[] {
  const steps = stepsOfKind(definition, 'randomSplit', 'experiment').map(({ place, step }) => ({
    place: `${place}.salt`,
    salt: step.salt,
    isTest: step.kind === 'experiment',
  }));
  return [...(holdout ? [{ place: 'holdout.salt', salt: holdout.salt, isTest: true }] : []), ...steps];
}

/**
 * Warns about a salt shared with an experiment or holdout. The same salt assigns the same customers
 * to the same side. Two random splits may share one on purpose.
 */
export const checkSalts: ValidationRule = (definition) => {
  const salts = saltsIn(definition);
  return salts.flatMap(({ place, salt, isTest }, i) => {
    const other = salts.slice(0, i).find((one) => one.salt === salt && (one.isTest || isTest));
    if (!other) return [];
    const hint = `${other.place} has the same salt: the same customers fall on the same side of both`;
    return [warningAt('same-salt', place, hint)];
  });
};

/** Returns the shortest duration of a step, ms. */
function minDurationMs(step: Step): number {
  if (step.kind !== 'wait') return 0;
  if (step.for !== undefined) return durationMs(step.for);
  return step.between ? Math.min(...step.between.map(durationMs)) : 0;
}

/** Whether customers notice the step. */
const isNoticed = ({ kind }: Step): boolean => effectKinds.has(kind) || kind === 'humanTask';

/**
 * Returns the shortest time from a step to the first effect that customers can notice, ms. Infinity
 * if there is none. `known` keeps the times of steps that were measured.
 */
function msToFirstEffect(steps: Steps, from: string, known = new Map<string, number>()): number {
  const before = known.get(from);
  if (before !== undefined) return before;
  const step = stepAt(steps, from);
  if (!step) return Infinity;
  known.set(from, Infinity); // ends a loop, which an invalid definition may have
  const msAfter = (): number => Math.min(Infinity, ...nextSteps(step).map((id) => msToFirstEffect(steps, id, known)));
  const ms = isNoticed(step) ? 0 : minDurationMs(step) + msAfter();
  known.set(from, ms);
  return ms;
}

/** Whether a goal's window ends before any of the steps leads to an effect. */
function endsBeforeEffect({ steps }: Pick<JourneyDefinition, 'steps'>, from: string[], window: Duration): boolean {
  const times = from.map((id) => msToFirstEffect(steps, id)).filter(Number.isFinite);
  return times.length > 0 && times.every((ms) => ms >= durationMs(window));
}

/** Warns if all variants do the same. */
function checkTargets(place: string, variants: Variants): Diagnostic[] {
  const targets = new Set(variants.map(({ next }) => next));
  if (targets.size > 1) return [];
  const hint = `all lead to "${variants[0]?.next ?? ''}": there is no difference to measure`;
  return [warningAt('same-variants', `${place}.variants`, hint)];
}

/** Reports ids that two variants share. A variant cannot be named like the holdout. */
function checkVariantIds(place: string, { variants, holdout }: StepOf<'experiment'>): Diagnostic[] {
  return variants.flatMap(({ id }, i) => {
    const isTaken = variants.findIndex((other) => other.id === id) < i || (holdout && id === 'holdout');
    if (!isTaken) return [];
    return [errorAt('duplicate-variant', `${place}.variants.${i}.id`, `there is a variant "${id}" already`)];
  });
}

function checkWindow(
  definition: JourneyDefinition,
  { place, step }: { place: string; step: StepOf<'experiment'> },
): Diagnostic[] {
  const targets = step.variants.map(({ next }) => next);
  return endsBeforeEffect(definition, targets, step.window)
    ? [errorAt('unreachable-goal', `${place}.window`, `over before any variant does anything`)]
    : [];
}

/** Checks the variants of experiments, and the windows of their goals. */
export const checkExperiments: ValidationRule = (definition) =>
  stepsOfKind(definition, 'experiment').flatMap(({ place, step }) => [
    ...checkTargets(place, step.variants),
    ...checkVariantIds(place, step),
    ...checkWindow(definition, { place, step }),
  ]);

/** Reports a goal whose window ends before the journey does anything. */
export const checkGoals: ValidationRule = (definition) =>
  definition.goal && endsBeforeEffect(definition, [definition.start], definition.goal.window)
    ? [errorAt('unreachable-goal', 'goal.window', 'over before the journey does anything')]
    : [];
