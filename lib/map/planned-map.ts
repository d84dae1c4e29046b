import * as z from 'zod';
import { Label } from '../model/stage.ts';

/**
 * What customers are meant to do, as a tree whose leaves are touchpoints by name. `sequence`: all, in this order. `choice`: one of
 * them. `parallel`: all, in any order and interleaved. `optional`: it or nothing. `loop`: it, then any number of times `again` (or
 * nothing) and it once more. The operators are those of process trees (Leemans, Fahland, van der Aalst, "Discovering block-structured
 * process models from event logs", 2013), so every plan can be walked to its end.
 */
export type Plan =
  | { touchpoint: string; label?: Label | undefined }
  | { sequence: Plan[] }
  | { choice: Plan[] }
  | { parallel: Plan[] }
  | { optional: Plan }
  | { loop: Plan; again?: Plan | undefined };

const Plans = z.lazy(() => z.array(Plan).min(1).max(100));

export const Plan: z.ZodType<Plan> = z.lazy(() =>
  z.union([
    z.strictObject({ touchpoint: z.string().min(1).max(200), label: Label.optional() }),
    z.strictObject({ sequence: Plans }),
    z.strictObject({ choice: Plans }),
    z.strictObject({ parallel: Plans }),
    z.strictObject({ optional: Plan }),
    z.strictObject({ loop: Plan, again: Plan.optional() }),
  ]),
);

/** A journey map's plan with its name. */
export const PlannedMap = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/),
  label: Label,
  plan: Plan,
});
export type PlannedMap = z.infer<typeof PlannedMap>;

/** The parts directly below, each with its place in the document: `sequence[2]`. A touchpoint has none. */
export function planPartsOf(plan: Plan, place = ''): { plan: Plan; place: string }[] {
  const under = (name: string): string => (place === '' ? name : `${place}.${name}`);
  const listed = (name: string, plans: Plan[]) =>
    plans.map((part, i) => ({ plan: part, place: under(`${name}[${i}]`) }));
  if ('touchpoint' in plan) return [];
  if ('sequence' in plan) return listed('sequence', plan.sequence);
  if ('choice' in plan) return listed('choice', plan.choice);
  if ('parallel' in plan) return listed('parallel', plan.parallel);
  if ('optional' in plan) return [{ plan: plan.optional, place: under('optional') }];
  const again = plan.again && { plan: plan.again, place: under('again') };
  return [{ plan: plan.loop, place: under('loop') }, ...(again ? [again] : [])];
}
