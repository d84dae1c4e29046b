import * as z from 'zod';
import { compact } from '../../shared/records.ts';
import { instantAt, minuteMs } from '../../shared/time.ts';
import { logistic } from '../../statistics/learning/training-rows.ts';
import { type ChurnRisk, CustomerState, ModelKind, type RiskReason, RiskBand } from '../../model/churn-risk.ts';

const lacks = ['purchase', 'repeat-purchase', 'attributes'] as const;

/** Milliseconds since 1970 in base 36. */
const Time = z.string();

/** Optional fields of a risk. Times are minutes after the assessment. */
const More = z
  .object({
    /** Of a trained model: version, base, percentile, kind. */
    m: z.tuple([z.int(), z.number(), z.number(), z.int()]),
    /** State. */
    s: z.int(),
    /** Valid until; expected next. */
    u: z.number(),
    n: z.number(),
    /** Value at risk. */
    w: z.number(),
    /** Change: points, feature, and the touchpoint's name and time. */
    d: z.tuple([z.number(), z.string(), z.string(), Time]),
  })
  .partial();
type More = z.infer<typeof More>;

/**
 * A risk as stored: 100 bytes where its JSON takes 600, because every touchpoint writes the profile
 * and DynamoDB bills by the KB. Fields: score, band, time, horizon in days, insufficient data,
 * reasons. Of a cold-start risk only what differs by customer is kept; the rest is computed again
 * when read.
 */
export const PackedRisk = z.tuple([
  z.number(),
  z.int().min(0).max(2),
  Time,
  z.number(),
  z.int().min(0).max(7),
  z.array(z.tuple([z.string(), z.number()], z.number())),
  More.optional(),
]);
export type PackedRisk = z.infer<typeof PackedRisk>;
type PackedReason = PackedRisk[5][number];

const time36 = (at: string): string => Date.parse(at).toString(36);

function packChange({ points, feature = '', touchpoint }: NonNullable<ChurnRisk['change']>): More['d'] {
  return touchpoint ? [points, feature, touchpoint.name, time36(touchpoint.at)] : [points, feature, '', ''];
}

/** Packs what only a trained model assesses. */
function packModel(risk: ChurnRisk): More {
  const { modelVersion, base = 0, percentile = 0, modelKind = 'dropout', assessedAt } = risk;
  if (modelVersion === undefined) return {};
  const { state, validUntil, expectedNext, valueAtRisk } = risk;
  const after = (at: string | undefined): number | undefined =>
    at === undefined ? undefined : Math.round((Date.parse(at) - Date.parse(assessedAt)) / minuteMs);
  return compact({
    m: [modelVersion, base, percentile, ModelKind.options.indexOf(modelKind)] satisfies More['m'],
    s: state && CustomerState.options.indexOf(state),
    u: after(validUntil),
    n: after(expectedNext),
    w: valueAtRisk,
  });
}

const packMore = (risk: ChurnRisk): More => ({
  ...packModel(risk),
  ...compact({ d: risk.change && packChange(risk.change) }),
});

/** Packs a risk. Future times are rounded to the minute. */
export function packRisk(risk: ChurnRisk): PackedRisk {
  const { score, band, assessedAt, horizonDays = 0, insufficientData, reasons } = risk;
  const lacking = lacks.reduce((sum, lack, i) => sum + (insufficientData?.includes(lack) ? 2 ** i : 0), 0);
  const more = packMore(risk);
  const packed = reasons.map(({ feature, points, values = [], contribution, value }): PackedReason => {
    if (contribution === undefined || risk.modelVersion === undefined) return [feature, points, ...values];
    return value === undefined ? [feature, points, contribution] : [feature, points, contribution, value];
  });
  const [bandIndex, time] = [RiskBand.options.indexOf(band), time36(assessedAt)];
  return Object.keys(more).length > 0
    ? [score, bandIndex, time, horizonDays, lacking, packed, more]
    : [score, bandIndex, time, horizonDays, lacking, packed];
}

function unpackReason([feature, points, ...values]: PackedReason): RiskReason {
  return { feature, points, ...(values.length > 0 && { values }) };
}

/** Unpacks a reason of a trained model. */
function unpackPart([feature, points, contribution = 0, value]: PackedReason): RiskReason {
  return { feature, points, contribution, ...(value !== undefined && { value }) };
}

function unpackChange([points, feature, name, when]: NonNullable<More['d']>): NonNullable<ChurnRisk['change']> {
  return {
    points,
    ...(feature !== '' && { feature }),
    ...(when !== '' && { touchpoint: { name, at: instantAt(parseInt(when, 36)) } }),
  };
}

/** The probability is computed again from the base and the contributions of the reasons. */
function unpackModel(model: NonNullable<More['m']>, reasons: RiskReason[]): Partial<ChurnRisk> {
  const [modelVersion, base, percentile, kind] = model;
  const logit = reasons.reduce((sum, { contribution = 0 }) => sum + contribution, base);
  const modelKind = ModelKind.options[kind];
  return { probability: logistic(logit), percentile, base, modelVersion, ...compact({ modelKind }) };
}

function unpackMore({ m, s, u, n, w, d }: More, at: number, reasons: RiskReason[]): Partial<ChurnRisk> {
  const later = (minutes: number | undefined): string | undefined =>
    minutes === undefined ? undefined : instantAt(at + minutes * minuteMs);
  const state = s === undefined ? undefined : CustomerState.options[s];
  const times = { validUntil: later(u), expectedNext: later(n) };
  const change = d && unpackChange(d);
  return { ...(m && unpackModel(m, reasons)), ...compact({ state, ...times, valueAtRisk: w, change }) };
}

/** The reverse of `packRisk`. Future times have a precision of a minute. */
export function unpackRisk([score, band, time, horizonDays, lacking, packed, more = {}]: PackedRisk): ChurnRisk {
  const insufficientData = lacks.filter((_, i) => (lacking >> i) % 2 === 1);
  const at = parseInt(time, 36);
  const reasons = packed.map(more.m ? unpackPart : unpackReason);
  return {
    score,
    band: RiskBand.options[band] ?? 'low',
    reasons,
    assessedAt: instantAt(at),
    ...(horizonDays > 0 && { horizonDays }),
    ...(insufficientData.length > 0 && { insufficientData }),
    ...unpackMore(more, at, reasons),
  };
}
