import * as z from 'zod';
import { BoostedModel } from '../../statistics/learning/boosted-trees.ts';
import { Calibration } from '../../statistics/learning/calibration.ts';
import { CategoryEncoding } from '../../statistics/learning/category-encoding.ts';
import { LinearModel } from '../../statistics/learning/logistic-regression.ts';
import { ModelKind } from '../../model/churn-risk.ts';

const DropoutModel = z.object({
  kind: z.enum(['bg', 'mbg']),
  r: z.number().positive(),
  alpha: z.number().positive(),
  a: z.number().positive(),
  b: z.number().positive(),
});

const Bin = z.object({ n: z.int(), forecast: z.number(), came: z.number() });

/** How well forecasts held that were made without knowing the outcome. */
export const Quality = z.object({
  customers: z.int(),
  baseRate: z.number(),
  auc: z.number().nullable(),
  brier: z.number(),
  logLoss: z.number(),
  calibrationError: z.number(),
  calibration: z.array(Bin),
  lift: z.array(z.object({ share: z.number(), found: z.number(), lift: z.number() })),
});
export type Quality = z.infer<typeof Quality>;

/**
 * The page of a model. `window`: the newest closed window, each customer forecast by a model
 * trained without that customer. `backTest`: the same window, forecast from earlier windows only.
 * `drift`: stability index of today's scores against that window's.
 */
export const ModelPage = z.object({
  candidates: z.array(z.object({ kind: ModelKind, logLoss: z.number() })),
  window: Quality.optional(),
  backTest: Quality.optional(),
  drift: z.number().optional(),
  grade: z.enum(['A', 'B', 'C', 'D', 'none']),
  /** What the data did not tell. */
  notes: z.array(
    z.enum([
      'no-closed-window',
      'one-outcome-only',
      'no-dropout-identified',
      'few-customers',
      'no-better-than-base-rate',
      'drift',
    ]),
  ),
});
export type ModelPage = z.infer<typeof ModelPage>;

/** Another one whenever a model of before would be read wrongly: with other columns, say. */
export const modelFormat = 2;

/**
 * A trained model of P(no key event within `horizonDays`): a few KB of JSON, 100 KB with boosting.
 * Times are days since 1970.
 */
export const ChurnModel = z.object({
  version: z.literal(modelFormat),
  trainedAt: z.number(),
  horizonDays: z.number().positive(),
  kind: ModelKind,
  bands: z.object({ medium: z.number(), high: z.number() }),
  calibration: Calibration,
  /** Parameters in days, and a median customer's counts, with which reasons compare. */
  dropout: z
    .object({
      model: DropoutModel,
      identified: z.boolean(),
      mean: z.object({ x: z.number(), tx: z.number(), T: z.number() }),
    })
    .optional(),
  worth: z.object({ p: z.number(), q: z.number(), v: z.number() }).optional(),
  layout: z.object({ habit: z.boolean(), encoding: CategoryEncoding }),
  linear: LinearModel.optional(),
  boosted: BoostedModel.optional(),
  /**
   * Share of the trees in a boosted model's logit. The line and the dropout model have the rest.
   */
  treesShare: z.number().min(0).max(1),
  /**
   * Share of the dropout model in that rest, and the shift that brings its logit to the line's
   * level.
   */
  dropoutShare: z.number().min(0).max(1).default(0),
  dropoutShift: z.number().default(0),
  /** Percentiles 1 to 99 of the probabilities on the day of training. */
  percentiles: z.array(z.number()),
  page: ModelPage,
});
export type ChurnModel = z.infer<typeof ChurnModel>;
/** What learning yields, before it is calibrated and described. */
export type FittedModel = Pick<
  ChurnModel,
  | 'kind'
  | 'dropout'
  | 'linear'
  | 'boosted'
  | 'treesShare'
  | 'dropoutShare'
  | 'dropoutShift'
  | 'layout'
  | 'horizonDays'
  | 'calibration'
>;
