import * as z from 'zod';
import { Rejected } from '../../shared/errors.ts';
import { Looks, unnamed } from './experiment-plan.ts';
import { type EffectTarget, durationOf, type LookPlan, powerOfSize, rateAim, sizeFor } from './sample-size.ts';

const Measure = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('rate'),
    baseline: z.number().gt(0).lt(1).describe('share of customers who do it now'),
    effect: z.number().describe('difference worth finding, as a share: .01 is one point'),
  }),
  z.strictObject({
    kind: z.literal('mean'),
    deviation: z.number().min(1e-12).max(1e12).describe('standard deviation of one customer'),
    effect: z.number().min(-1e15).max(1e15).describe('difference worth finding, in the metric’s unit'),
  }),
]);

const Method = z.union([
  z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('fixed') }),
    z.strictObject({ kind: z.literal('group-sequential'), ...Looks }),
    z.strictObject({ kind: z.literal('always-valid') }),
  ]),
  unnamed(Looks),
]);

/** How many customers an experiment needs, or, with `customers`, how likely so many are to find the effect. */
export const SizeRequest = z.strictObject({
  metric: Measure,
  method: Method.default({ kind: 'group-sequential', looks: 5, shape: 'obrien-fleming' }),
  variants: z.int().min(1).max(19).default(1).describe('arms besides the control; each gets its part of alpha'),
  ratio: z.number().min(0.01).max(100).default(1).describe('customers of each variant per customer of the control'),
  alpha: z.number().min(1e-6).max(0.5).default(0.05),
  power: z.number().min(0.5).max(0.999).default(0.8),
  customers: z.int().min(2).max(1e12).optional().describe('all arms together: asks for the power instead'),
  perDay: z.number().min(1e-3).max(1e12).optional().describe('customers who come into it each day: asks for days'),
});
export type SizeRequest = z.infer<typeof SizeRequest>;

/** `days` and `weeks` until all have come; whole weeks, so that all weekdays count alike. */
export const SizeAnswer = z.object({
  control: z.number(),
  variant: z.number(),
  customers: z.number().describe('all arms together'),
  power: z.number(),
  days: z.number().optional(),
  weeks: z.number().optional(),
});
export type SizeAnswer = z.infer<typeof SizeAnswer>;

function aimOf({ metric, ratio, variants, alpha: whole }: SizeRequest): EffectTarget {
  const alpha = whole / variants;
  if (metric.kind === 'rate') return { ...rateAim({ ...metric, alpha }), ratio };
  const variance = metric.deviation ** 2;
  return { effect: metric.effect, alpha, ratio, spread: { control: variance, variant: variance } };
}

const lookingOf = ({ method }: SizeRequest): LookPlan => {
  if (method.kind === 'always-valid') return 'always-valid';
  return method.kind === 'fixed' ? { looks: 1, shape: 'obrien-fleming' } : { looks: method.looks, shape: method.shape };
};

/** In standard deviations: of less not even as many customers as can be asked for tell anything. */
const leastEffect = 1e-7;
const tooSmall = 'the effect is too small to be found';

/** Power calculator for tests of a difference (Jennison & Turnbull 2000, §2.3). Throws `Rejected('experiment.invalid')`. */
export function answerSize(request: SizeRequest): SizeAnswer {
  const { metric, power, ratio, variants, perDay, customers } = request;
  const reached = metric.kind === 'rate' ? metric.baseline + metric.effect : 0.5;
  if (metric.effect === 0 || reached <= 0 || reached >= 1)
    throw new Rejected('experiment.invalid', { hint: 'effect is not nought, and leads to a rate between 0 and 1' });
  const [aim, looking, arms] = [aimOf(request), lookingOf(request), 1 + ratio * variants];
  const { control: before, variant: then } = aim.spread;
  if (Math.abs(aim.effect) < leastEffect * Math.sqrt(before + then))
    throw new Rejected('experiment.invalid', { hint: tooSmall });
  const control = customers === undefined ? sizeFor(aim, looking, power) : Math.floor(customers / arms);
  if (control > 1e12) throw new Rejected('experiment.invalid', { hint: tooSmall });
  const variant = Math.ceil(control * ratio);
  const all = control + variants * variant;
  return {
    ...{ control, variant, customers: customers ?? all },
    power: customers === undefined ? power : control > 0 ? powerOfSize(aim, looking, control) : aim.alpha,
    ...(perDay !== undefined && durationOf(customers ?? all, perDay)),
  };
}
