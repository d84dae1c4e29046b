import { createHash } from 'node:crypto';
import * as z from 'zod';
import { valueAtPath as valueAt, type Json } from '../../shared/json.ts';
import { matches, type EvaluationContext } from '../../predicate/evaluate.ts';
import { Predicate } from '../../model/predicate.ts';
import { msBetween, dayMs } from '../../shared/time.ts';

/**
 * A number by its dotted path, `traits.age` or `features.revenue`, or a predicate, which counts as
 * 1 if it is true.
 */
export const ContextFeature = z.union([
  z
    .string()
    .max(200)
    .regex(
      /^(traits\..+|features\.(purchases|revenue|averageOrder|daysKnown|daysSilent|churn))$/,
      'traits.<path>, or features. and purchases, revenue, averageOrder, daysKnown, daysSilent or churn',
    ),
  Predicate,
]);
export type ContextFeature = z.infer<typeof ContextFeature>;

function numberOf(value: Json | undefined): number {
  if (typeof value === 'boolean') return Number(value);
  return typeof value === 'number' ? value : 0;
}

function featureOf(name: string, { profile, now }: EvaluationContext): number {
  const { purchases, firstSeen, lastSeen, churn } = profile;
  const values: Record<string, number> = {
    ...{ purchases: purchases.n, revenue: purchases.revenue },
    averageOrder: purchases.n > 0 ? purchases.revenue / purchases.n : 0,
    daysKnown: Math.max(0, msBetween(firstSeen, now)) / dayMs,
    daysSilent: Math.max(0, msBetween(lastSeen, now)) / dayMs,
    churn: (churn?.score ?? 0) / 100,
  };
  return values[name] ?? 0;
}

function traitOf(path: string, { profile: { traits } }: EvaluationContext): number {
  const whole = Object.hasOwn(traits, path) ? traits[path]?.value : undefined;
  if (whole !== undefined) return numberOf(whole);
  const [name = '', ...rest] = path.split('.');
  return rest.length > 0 && Object.hasOwn(traits, name) ? numberOf(valueAt(traits[name]?.value, rest.join('.'))) : 0;
}

/**
 * Rounds to six digits, and limits a value so that a product of two stays within DynamoDB's numbers
 * (1e±125).
 */
function tame(value: number): number {
  const bounded = Math.min(1e9, Math.max(-1e9, value));
  return Math.abs(bounded) < 1e-9 ? 0 : Number(bounded.toPrecision(6));
}

/** The numbers a customer's context is made of. What is not known, or is no number, is 0. */
export function readContext(features: readonly ContextFeature[], situation: EvaluationContext): number[] {
  return features.map((feature) => {
    if (typeof feature !== 'string') return Number(matches(feature, situation));
    const dot = feature.indexOf('.');
    const path = feature.slice(dot + 1);
    return tame(feature.startsWith('traits.') ? traitOf(path, situation) : featureOf(path, situation));
  });
}

/** Names a list of features: sums of one list mean nothing under another. */
export function contextId(features: readonly ContextFeature[]): string {
  return createHash('sha256').update(JSON.stringify(features)).digest('hex').slice(0, 12);
}
