import { type Duration, durationMs } from '../../shared/time.ts';
import { effectKinds, nextSteps } from '../definition/graph.ts';
import { type JourneyDefinition } from '../definition/journey-definition.ts';
import { bucketThresholds } from '../../model/customer-bucket.ts';
import { type Step, type StepOf } from '../definition/step.ts';
import { errorAt, type Diagnostic, type ValidationRule, stepAt, stepsOfKind, warningAt } from './diagnostic.ts';

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
        : [errorAt('no-share', at, 'so small a share that nobody falls to it')],
    );
  });

function drawn({ holdout, ...definition }: JourneyDefinition): { place: string; salt: string; isTest: boolean }[] {
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
  const all = drawn(definition);
  return all.flatMap(({ place, salt, isTest }, i) => {
    const other = all.slice(0, i).find((one) => one.salt === salt && (one.isTest || isTest));
    if (!other) return [];
    return [
      warningAt(
        'same-salt',
        place,
        `${other.place} has the same salt: the same customers fall on the same side of both`,
      ),
    ];
  });
};

/** Returns the shortest duration of a step, ms. */
function leastOf(step: Step): number {
  if (step.kind !== 'wait') return 0;
  if (step.for !== undefined) return durationMs(step.for);
  return step.between ? Math.min(...step.between.map(durationMs)) : 0;
}

/**
 * Returns the shortest time from a step to the first effect that customers can notice, ms. Infinity
 * if there is none.
 */
function earliest({ steps }: Pick<JourneyDefinition, 'steps'>, from: string): number {
  const known = new Map<string, number>();
  const measure = (id: string): number => {
    const before = known.get(id);
    if (before !== undefined) return before;
    const step = stepAt(steps, id);
    if (!step) return Infinity;
    known.set(id, Infinity); // ends a circle, should there be one
    const found =
      effectKinds.has(step.kind) || step.kind === 'humanTask'
        ? 0
        : leastOf(step) + Math.min(Infinity, ...nextSteps(step).map(measure));
    known.set(id, found);
    return found;
  };
  return measure(from);
}

function tooEarly(definition: JourneyDefinition, from: string[], window: Duration): boolean {
  const all = from.map((id) => earliest(definition, id)).filter(Number.isFinite);
  return all.length > 0 && all.every((ms) => ms >= durationMs(window));
}

export const checkExperiments: ValidationRule = (definition) =>
  stepsOfKind(definition, 'experiment').flatMap(({ place, step: { variants, holdout, window } }) => {
    const faults: Diagnostic[] = [];
    const targets = variants.map(({ next }) => next);
    if (new Set(targets).size === 1)
      faults.push(
        warningAt(
          'same-variants',
          `${place}.variants`,
          `all lead to "${targets[0] ?? ''}": there is no difference to measure`,
        ),
      );
    variants.forEach(({ id }, i) => {
      if (variants.findIndex((other) => other.id === id) < i || (holdout && id === 'holdout'))
        faults.push(errorAt('duplicate-variant', `${place}.variants.${i}.id`, `there is a variant "${id}" already`));
    });
    if (tooEarly(definition, targets, window))
      faults.push(errorAt('unreachable-goal', `${place}.window`, `over before any variant does anything`));
    return faults;
  });

export const checkGoals: ValidationRule = (definition) =>
  definition.goal && tooEarly(definition, [definition.start], definition.goal.window)
    ? [errorAt('unreachable-goal', 'goal.window', 'over before the journey does anything')]
    : [];
