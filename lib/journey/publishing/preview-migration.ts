import * as z from 'zod';
import { Instant } from '../../shared/time.ts';
import { type JourneyDefinition } from '../definition/journey-definition.ts';
import { type Migration } from './journey-record.ts';
import { resolveMigration, nextGuardedSteps } from './migration.ts';

/**
 * What a migration means to one person inside: `moves` to a step of the new version, `leaves`, `stays`; or `depends` on which way the step leads
 * where the person stands.
 */
export const MigrationEffect = z.enum(['moves', 'leaves', 'stays', 'depends']);
export type MigrationEffect = z.infer<typeof MigrationEffect>;

export const EnrolmentPreview = z.object({
  customerId: z.string(),
  enrolmentId: z.string(),
  version: z.int(),
  /** Where the person stands; missing where Step Functions does not know yet. */
  step: z.string().optional(),
  /** No execution is open until then: the person waits for a timer. */
  parkedUntil: Instant.optional(),
  fate: MigrationEffect,
  /** Step of the new version. */
  to: z.array(z.string()),
});
export type EnrolmentPreview = z.infer<typeof EnrolmentPreview>;

export const MigrationPreview = z.object({
  people: z.array(EnrolmentPreview),
  counts: z.object({ moves: z.int(), leaves: z.int(), stays: z.int(), depends: z.int() }),
  /** More people are inside than were looked at. */
  sample: z.boolean(),
});
export type MigrationPreview = z.infer<typeof MigrationPreview>;

/** Whoever waits to try a step again, or is held before it, acts at the step itself. */
const before = [': held', ': later'];

/** The steps at which somebody in a state of a version is met next. */
function meetingsAt(definition: JourneyDefinition, state: string | undefined): { step?: string; met: string[] } {
  const [step = ''] = (state ?? '').split(': ');
  if (!Object.hasOwn(definition.steps, step)) return { met: nextGuardedSteps(definition, definition.start) };
  const parked = state?.endsWith(': parked') ? definition.steps[step] : undefined;
  // A long loop goes on at the step that it leads back to.
  if (parked?.kind === 'goTo') return { step, met: nextGuardedSteps(definition, parked.to) };
  if (before.some((suffix) => state?.endsWith(suffix))) return { step, met: [step] };
  return { step, met: nextGuardedSteps(definition, step) };
}

/** What becomes of somebody in a state of a version. */
export function previewEnrolment(
  definition: JourneyDefinition,
  state: string | undefined,
  migrations: Migration[],
): Pick<EnrolmentPreview, 'step' | 'fate' | 'to'> {
  const { step, met } = meetingsAt(definition, state);
  const { version } = definition;
  const moves = met.map((stepId) => resolveMigration({ state: 'live', migrations }, { version, stepId }));
  const fates = new Set(
    moves.map((move): MigrationEffect => (!move ? 'stays' : move.kind === 'to' ? 'moves' : 'leaves')),
  );
  const [fate = 'stays'] = fates;
  const to = [...new Set(moves.flatMap((move) => (move?.kind === 'to' ? [move.at] : [])))];
  return { ...(step !== undefined && { step }), fate: fates.size > 1 ? 'depends' : fate, to };
}
