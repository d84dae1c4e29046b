import { type JourneyDefinition } from '../definition/journey-definition.ts';
import { type Step, type StepOf } from '../definition/step.ts';
import { type ValidationContext } from './validation-context.ts';

export type DiagnosticCode =
  | 'unknown-step'
  | 'unreachable-step'
  | 'endless'
  | 'idle-loop'
  | 'too-long'
  | 'too-many-steps'
  | 'too-large'
  | 'too-many-results'
  | 'template-syntax'
  | 'unknown-variable'
  | 'no-fallback'
  | 'no-url'
  | 'insecure-url'
  | 'closed-url'
  | 'closed-port'
  | 'unused-url'
  | 'unused-header'
  | 'no-subject'
  | 'no-address'
  | 'doubtful-purpose'
  | 'never-open'
  | 'no-such-date'
  | 'always-deferred'
  | 'no-share'
  | 'same-salt'
  | 'same-variants'
  | 'duplicate-variant'
  | 'unreachable-goal'
  | 'never-met'
  | 'no-touchpoint'
  | 'exit-at-entry'
  | 'exit-at-wait'
  | 'no-entry-key'
  | 'off-quarter'
  | 'unknown-journey'
  | 'unknown-stage'
  | 'unknown-segment'
  | 'unknown-placement'
  | 'starts-itself';

/** What is wrong with a definition, where, and what to do about it. An `error` keeps it from being published, a `warning` does not. */
export interface Diagnostic {
  code: DiagnosticCode;
  /** Dotted path in the definition. */
  place: string;
  hint: string;
  severity: 'error' | 'warning';
}

export const errorAt = (code: DiagnosticCode, place: string, hint: string): Diagnostic => ({
  code,
  place,
  hint,
  severity: 'error',
});

export const warningAt = (code: DiagnosticCode, place: string, hint: string): Diagnostic => ({
  ...errorAt(code, place, hint),
  severity: 'warning',
});

export type ValidationRule = (definition: JourneyDefinition, surroundings: ValidationContext) => Diagnostic[];

type Steps = JourneyDefinition['steps'];

/** The step of that name; none for names that only objects have. */
export const stepAt = (steps: Steps, id: string): Step | undefined =>
  Object.hasOwn(steps, id) ? steps[id] : undefined;

/** All steps of some kinds, with their places. */
export function stepsOfKind<Kind extends Step['kind']>(
  { steps }: Pick<JourneyDefinition, 'steps'>,
  ...kinds: Kind[]
): { id: string; place: string; step: StepOf<Kind> }[] {
  const wanted: readonly Step['kind'][] = kinds;
  return Object.entries(steps).flatMap(([id, step]) =>
    wanted.includes(step.kind) ? [{ id, place: `steps.${id}`, step: step as StepOf<Kind> }] : [],
  ); // the kind says so
}
