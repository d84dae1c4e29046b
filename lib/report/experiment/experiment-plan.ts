import * as z from 'zod';

/** Largest amount an effect may have, in a metric's unit: its square must stay a number. */
const amount = z.number().positive().max(1e15);

/** Limit of an id, characters. An answer repeats it for each customer, or for each arm. */
const maxIdLength = 200;

/**
 * A metric of each customer: whether something happened (`rate`) or how much (`mean`), and which
 * direction is better.
 */
export const Metric = z.strictObject({
  id: z.string().min(1).max(maxIdLength),
  kind: z.enum(['rate', 'mean']),
  better: z.enum(['higher', 'lower']).default('higher'),
});
export type Metric = z.infer<typeof Metric>;

/**
 * A metric that must not get worse by more than `margin`, in its own unit. Default: a tenth of its
 * value.
 */
export const Guardrail = Metric.extend({ margin: amount.optional() });
export type Guardrail = z.infer<typeof Guardrail>;

const size = z.int().min(2);

/** Planned looks and their shape. Default: five, strict at the early ones. */
export const Looks = {
  looks: z.int().min(1).max(50).default(5),
  shape: z.enum(['pocock', 'obrien-fleming']).default('obrien-fleming'),
};

const sequential = 'group-sequential';

/** What is planned without a kind is looked at group-sequentially. */
export const unnamed = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject(shape).transform((planned) => ({ kind: sequential as typeof sequential, ...planned }));

/**
 * How an experiment is judged. `fixed`: once, at `size` customers. `group-sequential`, also without
 * a kind: at `looks` evenly spaced looks up to `size`, with early stopping. `always-valid`: at any
 * time; `minimumEffect` is the smallest difference of interest, in the metric's unit, by default a
 * tenth of its value.
 */
export const Method = z.union([
  z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('fixed'), size }),
    z.strictObject({ kind: z.literal(sequential), size, ...Looks }),
    z.strictObject({ kind: z.literal('always-valid'), minimumEffect: amount.optional() }),
  ]),
  unnamed({ size, ...Looks }),
]);
export type Method = z.infer<typeof Method>;

export const ArmPlan = z.strictObject({ id: z.string().min(1).max(maxIdLength), weight: z.number().min(0).default(1) });
export type ArmPlan = z.infer<typeof ArmPlan>;

const total = (arms: readonly ArmPlan[]): number => arms.reduce((sum, { weight }) => sum + weight, 0);

/** Arms with names of their own, and weights that shares can be made of. */
export const ArmPlans = z
  .array(ArmPlan)
  .min(2)
  .max(20)
  .refine((arms) => new Set(arms.map(({ id }) => id)).size === arms.length, 'two arms share an id')
  .refine((arms) => total(arms) > 0 && Number.isFinite(total(arms)), 'weights sum to a number above 0');

/** Smallest error that tests are made for: beyond it the tails of the laws end. */
const leastAlpha = 1e-6;

/**
 * An experiment. The first arm is the control. `alpha` is the two-sided chance of a false alarm.
 */
export const ExperimentPlan = z.strictObject({
  id: z.string().min(1),
  arms: ArmPlans,
  metric: Metric,
  guardrails: z.array(Guardrail).max(20).default([]),
  method: Method,
  alpha: z.number().min(leastAlpha).max(0.5).default(0.05),
});
export type ExperimentPlan = z.infer<typeof ExperimentPlan>;
