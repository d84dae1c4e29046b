import * as z from 'zod';
import { Label } from '../model/stage.ts';

/**
 * A planned path as a process tree whose leaves are touchpoint names. `sequence`: all in order.
 * `choice`: one. `parallel`: all, interleaved. `optional`: it or nothing. `loop`: it, then any
 * number of times `again` (or nothing) and it (Leemans, Fahland, van der Aalst 2013). Every plan
 * can be completed.
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

/** A plan with its id and label. */
export const PlannedMap = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/),
  label: Label,
  plan: Plan,
});
export type PlannedMap = z.infer<typeof PlannedMap>;

/** Returns the direct parts with their paths, `sequence[2]`. A touchpoint has none. */
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
