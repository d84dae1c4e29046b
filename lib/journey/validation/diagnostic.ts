import { type JourneyDefinition } from '../definition/journey-definition.ts';
import { type Step, type StepOf } from '../definition/step.ts';
import { type ValidationContext } from './validation-context.ts';

/** Codes of diagnostics. `docs/journeys.md` explains each. */
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

/**
 * A problem of a definition, its place and what to do about it. An `error` prevents publishing, a
 * `warning` does not.
 */
export interface Diagnostic {
  code: DiagnosticCode;
  /** Dotted path in the definition. */
  place: string;
  hint: string;
  severity: 'error' | 'warning';
}

/** Returns a diagnostic that prevents publishing. */
export const errorAt = (code: DiagnosticCode, place: string, hint: string): Diagnostic => ({
  code,
  place,
  hint,
  severity: 'error',
});

/** Returns a diagnostic that does not prevent publishing. */
export const warningAt = (code: DiagnosticCode, place: string, hint: string): Diagnostic => ({
  ...errorAt(code, place, hint),
  severity: 'warning',
});

/** A rule that definitions are checked against. Pure. */
export type ValidationRule = (definition: JourneyDefinition, context: ValidationContext) => Diagnostic[];

type Steps = JourneyDefinition['steps'];

/**
 * Returns the step of that name. Names that every object has, such as `constructor`, are no steps.
 */
export const stepAt = (steps: Steps, id: string): Step | undefined =>
  Object.hasOwn(steps, id) ? steps[id] : undefined;

/** Returns the steps of some kinds with their places. */
export function stepsOfKind<Kind extends Step['kind']>(
  { steps }: Pick<JourneyDefinition, 'steps'>,
  ...kinds: Kind[]
): { id: string; place: string; step: StepOf<Kind> }[] {
  const isOfKind = (step: Step): step is StepOf<Kind> => kinds.some((kind) => kind === step.kind);
  return Object.entries(steps).flatMap(([id, step]) => (isOfKind(step) ? [{ id, place: `steps.${id}`, step }] : []));
}
