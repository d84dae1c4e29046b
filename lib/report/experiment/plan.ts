import * as z from 'zod';

/** What is measured of each customer: whether something happened (`rate`), or how much (`mean`); and which way is better. */
export const Metric = z.object({
  id: z.string().min(1),
  kind: z.enum(['rate', 'mean']),
  better: z.enum(['higher', 'lower']).default('higher'),
});
export type Metric = z.infer<typeof Metric>;

/** A metric that must not suffer by more than `margin`, in its own unit; by a tenth of its value when missing. */
export const Guardrail = Metric.extend({ margin: z.number().positive().optional() });
export type Guardrail = z.infer<typeof Guardrail>;

const size = z.int().min(2);

/**
 * How it is judged. `fixed`: once, at `size` customers over all arms. `group-sequential`: at `looks` evenly spaced looks up to `size`; may stop
 * early at each. `always-valid`: at any time, for as long as one likes; `minimumEffect` is the smallest difference worth finding, in the
 * metric's unit, and is where it is sharpest: a tenth of the metric's value when missing.
 */
export const Method = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('fixed'), size }),
  z.object({
    kind: z.literal('group-sequential'),
    size,
    looks: z.int().min(1).max(50).default(5),
    shape: z.enum(['pocock', 'obrien-fleming']).default('obrien-fleming'),
  }),
  z.object({ kind: z.literal('always-valid'), minimumEffect: z.number().positive().optional() }),
]);
export type Method = z.infer<typeof Method>;

export const ArmPlan = z.object({ id: z.string().min(1), weight: z.number().min(0).default(1) });
export type ArmPlan = z.infer<typeof ArmPlan>;

/** An experiment. The first arm is the control; `alpha` is the two-sided chance to call any difference where there is none. */
export const ExperimentPlan = z.object({
  id: z.string().min(1),
  arms: z.array(ArmPlan).min(2).max(20),
  metric: Metric,
  guardrails: z.array(Guardrail).max(20).default([]),
  method: Method,
  alpha: z.number().gt(0).max(0.5).default(0.05),
});
export type ExperimentPlan = z.infer<typeof ExperimentPlan>;
