import * as z from 'zod';
import { type Plan, planPartsOf } from './planned-map.ts';

/**
 * A diagnostic of a plan: what, where, and how to fix it. A `warning` does not prevent comparison.
 */
export const PlanFault = z.object({
  code: z.enum(['too-deep', 'too-large', 'too-wide', 'empty', 'one-part', 'twice-optional', 'ambiguous']),
  severity: z.enum(['error', 'warning']),
  place: z.string(),
  hint: z.string(),
});
export type PlanFault = z.infer<typeof PlanFault>;

/**
 * Limits of a plan. A larger one is unreadable and slow to compare: k parallel parts have 2^k
 * states.
 */
const most = { depth: 12, touchpoints: 200, parallel: 10 } as const;

/** Returns whether a plan can be completed without a touchpoint. */
function mayBeNothing(plan: Plan): boolean {
  if ('touchpoint' in plan) return false;
  if ('optional' in plan) return true;
  if ('loop' in plan) return mayBeNothing(plan.loop);
  return 'choice' in plan ? plan.choice.some(mayBeNothing) : planPartsOf(plan).every((part) => mayBeNothing(part.plan));
}

/** Returns the names that may come first. */
function firstOf(plan: Plan): Set<string> {
  if ('touchpoint' in plan) return new Set([plan.touchpoint]);
  const first = new Set<string>();
  for (const { plan: part } of planPartsOf(plan)) {
    for (const name of firstOf(part)) first.add(name);
    if (('sequence' in plan || 'loop' in plan) && !mayBeNothing(part)) break;
  }
  return first;
}

const choiceAt = (place: string): string => (place === '' ? 'choice' : `${place}.choice`);

function choiceFaults(parts: Plan[], place: string): PlanFault[] {
  const seen = new Map<string, number>();
  return parts.flatMap((part, i) =>
    [...firstOf(part)].flatMap((name): PlanFault[] => {
      const earlier = seen.get(name);
      seen.set(name, earlier ?? i);
      if (earlier === undefined || earlier === i) return [];
      const hint = `"${name}" begins this and part ${earlier}, so only later touchpoints show which one a customer follows`;
      return [{ code: 'ambiguous', severity: 'warning', place: `${place}[${i}]`, hint }];
    }),
  );
}

function ownFaults(plan: Plan, place: string): PlanFault[] {
  const fault = (code: PlanFault['code'], severity: PlanFault['severity'], hint: string): PlanFault[] => [
    { code, severity, place, hint },
  ];
  if ('touchpoint' in plan) return [];
  if ('optional' in plan)
    return mayBeNothing(plan.optional)
      ? fault('twice-optional', 'warning', 'the inner part may already be left out, so "optional" has no effect')
      : [];
  if ('loop' in plan)
    return mayBeNothing(plan.loop)
      ? fault('empty', 'warning', 'a round may be empty: put "optional" around the loop instead of inside')
      : [];
  const parts = planPartsOf(plan);
  if (parts.length === 1) return fault('one-part', 'warning', 'a single part needs no enclosing element');
  if ('choice' in plan) return choiceFaults(plan.choice, choiceAt(place));
  if (!('parallel' in plan) || parts.length <= most.parallel) return [];
  return fault('too-wide', 'error', `at most ${most.parallel} parallel parts; group some into a sequence`);
}

/**
 * Returns all diagnostics of a plan. Without an `error`, the cost of comparison is bounded. A plan
 * with a `warning` is compared as written.
 */
export function checkPlan(plan: Plan): PlanFault[] {
  const faults: PlanFault[] = [];
  let touchpoints = 0;
  const visit = (part: { plan: Plan; place: string }, depth: number): void => {
    if (depth > most.depth) {
      const hint = `at most ${most.depth} levels; draw the inner part as a map of its own`;
      faults.push({ code: 'too-deep', severity: 'error', place: part.place, hint });
      return;
    }
    if ('touchpoint' in part.plan) touchpoints++;
    faults.push(...ownFaults(part.plan, part.place));
    for (const below of planPartsOf(part.plan, part.place)) visit(below, depth + 1);
  };
  visit({ plan, place: '' }, 1);
  if (touchpoints > most.touchpoints)
    faults.push({
      code: 'too-large',
      severity: 'error',
      place: '',
      hint: `${touchpoints} touchpoints, at most ${most.touchpoints}`,
    });
  return faults.some(({ severity }) => severity === 'error') || !mayBeNothing(plan)
    ? faults
    : [
        ...faults,
        { code: 'empty', severity: 'warning', place: '', hint: 'a customer without touchpoints follows this plan' },
      ];
}
