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

/**
 * How many customers an experiment needs, or, with `customers`, how likely so many are to find the
 * effect.
 */
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

function targetOf({ metric, ratio, variants, alpha: whole }: SizeRequest): EffectTarget {
  const alpha = whole / variants;
  if (metric.kind === 'rate') return { ...rateAim({ ...metric, alpha }), ratio };
  const variance = metric.deviation ** 2;
  return { effect: metric.effect, alpha, ratio, spread: { control: variance, variant: variance } };
}

const lookPlanOf = ({ method }: SizeRequest): LookPlan => {
  if (method.kind === 'always-valid') return 'always-valid';
  return method.kind === 'fixed' ? { looks: 1, shape: 'obrien-fleming' } : { looks: method.looks, shape: method.shape };
};

/**
 * Smallest effect that is computed, in standard deviations. The largest sample that may be
 * requested does not find a smaller one.
 */
const leastEffect = 1e-7;

const tooSmall = (): Rejected => new Rejected('experiment.invalid', { hint: 'the effect is too small to be found' });

function checkEffect({ metric }: SizeRequest): void {
  const reached = metric.kind === 'rate' ? metric.baseline + metric.effect : 0.5;
  if (metric.effect === 0 || reached <= 0 || reached >= 1)
    throw new Rejected('experiment.invalid', { hint: 'effect is not nought, and leads to a rate between 0 and 1' });
}

function checkTarget({ effect, spread }: EffectTarget): void {
  if (Math.abs(effect) < leastEffect * Math.sqrt(spread.control + spread.variant)) throw tooSmall();
}

/** Returns the customers of the control: those needed, or its part of those requested. */
function controlSize({ customers, power, ratio, variants }: SizeRequest, target: EffectTarget, plan: LookPlan): number {
  const control =
    customers === undefined ? sizeFor(target, plan, power) : Math.floor(customers / (1 + ratio * variants));
  if (control > 1e12) throw tooSmall();
  return control;
}

/** Returns the power of so many customers. Without any it is the chance of a false alarm. */
const powerOf = (target: EffectTarget, plan: LookPlan, control: number): number =>
  control > 0 ? powerOfSize(target, plan, control) : target.alpha;

/**
 * Power calculator for tests of a difference (Jennison & Turnbull 2000, §2.3). Throws
 * `Rejected('experiment.invalid')`.
 */
export function answerSize(request: SizeRequest): SizeAnswer {
  const { power, ratio, variants, perDay, customers } = request;
  checkEffect(request);
  const [target, plan] = [targetOf(request), lookPlanOf(request)];
  checkTarget(target);
  const control = controlSize(request, target, plan);
  const variant = Math.ceil(control * ratio);
  const all = customers ?? control + variants * variant;
  return {
    ...{ control, variant, customers: all },
    power: customers === undefined ? power : powerOf(target, plan, control),
    ...(perDay !== undefined && durationOf(all, perDay)),
  };
}
