import * as z from 'zod';
import { compact } from '../../shared/records.ts';
import { Instant } from '../../shared/time.ts';
import { type JourneyDefinition } from '../definition/journey-definition.ts';
import { type Migration } from './journey-record.ts';
import { resolveMigration, nextGuardedSteps } from './migration.ts';

/**
 * Effect of a migration on one enrolment. `depends`: the guarded steps that it may reach next have
 * different effects.
 */
export const MigrationEffect = z.enum(['moves', 'leaves', 'stays', 'depends']);
export type MigrationEffect = z.infer<typeof MigrationEffect>;

/** The effect of a migration on one enrolment, as the API returns it. */
export const EnrolmentPreview = z.object({
  customerId: z.string(),
  enrolmentId: z.string(),
  version: z.int(),
  /**
   * The enrolment's current step. Missing if it is unknown, as before the first state of an
   * execution.
   */
  step: z.string().optional(),
  /**
   * While the enrolment is suspended, no execution runs. A timer starts the next one at this time.
   */
  parkedUntil: Instant.optional(),
  fate: MigrationEffect,
  /** Steps of the new version at which the enrolment may continue. */
  to: z.array(z.string()),
});
export type EnrolmentPreview = z.infer<typeof EnrolmentPreview>;

/** The effects of a migration on a journey's enrolments, as the API returns them. */
export const MigrationPreview = z.object({
  people: z.array(EnrolmentPreview),
  counts: z.object({ moves: z.int(), leaves: z.int(), stays: z.int(), depends: z.int() }),
  /** True if there are more active enrolments than were examined. */
  sample: z.boolean(),
});
export type MigrationPreview = z.infer<typeof MigrationPreview>;

/**
 * Suffixes of states whose next step is the step itself: a paused step, or a message that waits for
 * a permitted time.
 */
const before = [': held', ': later'];

/** Returns the guarded steps that an enrolment in a state reaches next. */
function nextStepsOf(definition: JourneyDefinition, state: string | undefined): { step?: string; next: string[] } {
  const [step = ''] = (state ?? '').split(': ');
  if (!Object.hasOwn(definition.steps, step)) return { next: nextGuardedSteps(definition, definition.start) };
  const parked = state?.endsWith(': parked') ? definition.steps[step] : undefined;
  // A suspended `goTo` continues at the step that it leads back to.
  if (parked?.kind === 'goTo') return { step, next: nextGuardedSteps(definition, parked.to) };
  if (before.some((suffix) => state?.endsWith(suffix))) return { step, next: [step] };
  return { step, next: nextGuardedSteps(definition, step) };
}

/** Returns the effect of migrations on an enrolment in a state of a version. */
export function previewEnrolment(
  definition: JourneyDefinition,
  state: string | undefined,
  migrations: Migration[],
): Pick<EnrolmentPreview, 'step' | 'fate' | 'to'> {
  const { step, next } = nextStepsOf(definition, state);
  const { version } = definition;
  const actions = next.map((stepId) => resolveMigration({ state: 'live', migrations }, { version, stepId }));
  const effects = new Set(
    actions.map((action): MigrationEffect => (!action ? 'stays' : action.kind === 'to' ? 'moves' : 'leaves')),
  );
  const [effect = 'stays'] = effects;
  const to = [...new Set(actions.flatMap((action) => (action?.kind === 'to' ? [action.at] : [])))];
  return compact({ step, fate: effects.size > 1 ? 'depends' : effect, to });
}
