import * as z from 'zod';
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

function packMore({ assessedAt, modelVersion, modelKind = 'dropout', ...risk }: ChurnRisk): More {
  const kept = modelVersion === undefined ? { change: risk.change } : risk;
  const after = (at: string): number => Math.round((Date.parse(at) - Date.parse(assessedAt)) / minuteMs);
  const { base = 0, percentile = 0, state, validUntil, expectedNext, valueAtRisk, change }: Partial<ChurnRisk> = kept;
  const { feature = '', touchpoint } = change ?? {};
  return {
    ...(modelVersion !== undefined && { m: [modelVersion, base, percentile, ModelKind.options.indexOf(modelKind)] }),
    ...(state && { s: CustomerState.options.indexOf(state) }),
    ...(validUntil !== undefined && { u: after(validUntil) }),
    ...(expectedNext !== undefined && { n: after(expectedNext) }),
    ...(valueAtRisk !== undefined && { w: valueAtRisk }),
    ...(change && { d: [change.points, feature, touchpoint?.name ?? '', touchpoint ? time36(touchpoint.at) : ''] }),
  };
}

/** Packs a risk. Future times are rounded to the minute. */
export function packRisk(risk: ChurnRisk): PackedRisk {
  const { score, band, assessedAt, horizonDays = 0, insufficientData, reasons } = risk;
  const lacking = lacks.reduce((sum, lack, i) => sum + (insufficientData?.includes(lack) ? 2 ** i : 0), 0);
  const more = packMore(risk);
  const told = reasons.map(({ feature, points, values = [], contribution, value }): PackedReason => {
    if (contribution === undefined || risk.modelVersion === undefined) return [feature, points, ...values];
    return value === undefined ? [feature, points, contribution] : [feature, points, contribution, value];
  });
  const [bandIndex, time] = [RiskBand.options.indexOf(band), time36(assessedAt)];
  return Object.keys(more).length > 0
    ? [score, bandIndex, time, horizonDays, lacking, told, more]
    : [score, bandIndex, time, horizonDays, lacking, told];
}

function unpackReason([feature, points, ...values]: PackedReason): RiskReason {
  return { feature, points, ...(values.length > 0 && { values }) };
}

/** Unpacks a reason of a trained model. */
function unpackPart([feature, points, contribution = 0, value]: PackedReason): RiskReason {
  return { feature, points, contribution, ...(value !== undefined && { value }) };
}

function unpackMore({ m: model, s, u, n, w, d }: More, at: number, reasons: RiskReason[]): Partial<ChurnRisk> {
  const later = (minutes: number): string => instantAt(at + minutes * minuteMs);
  const [version, base = 0, percentile, kind = 0] = model ?? [];
  const logit = reasons.reduce((sum, { contribution = 0 }) => sum + contribution, base);
  const [points = 0, feature = '', name = '', when = ''] = d ?? [];
  const change = {
    points,
    ...(feature !== '' && { feature }),
    ...(when !== '' && { touchpoint: { name, at: instantAt(parseInt(when, 36)) } }),
  };
  return {
    ...(model && { probability: logistic(logit), percentile, base, modelVersion: version }),
    ...(model && { modelKind: ModelKind.options[kind] }),
    ...(s !== undefined && { state: CustomerState.options[s] }),
    ...(u !== undefined && { validUntil: later(u) }),
    ...(n !== undefined && { expectedNext: later(n) }),
    ...(w !== undefined && { valueAtRisk: w }),
    ...(d && { change }),
  };
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
