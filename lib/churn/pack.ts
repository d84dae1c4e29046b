import * as z from 'zod';
import { reasonText } from './reasons.ts';
import { type ChurnRisk, RiskBand } from './risk.ts';

const lacks = ['purchase', 'repeat-purchase'] as const;

/**
 * A risk as a profile keeps it: 100 bytes where the words of its reasons take 600, as every touchpoint writes the profile and DynamoDB
 * bills by the KB. Score, band, milliseconds since 1970 in base 36, horizon in days, what is lacking, reasons.
 */
export const PackedRisk = z.tuple([
  z.number(),
  z.int().min(0).max(2),
  z.string(),
  z.number(),
  z.int().min(0).max(3),
  z.array(z.tuple([z.string(), z.number()], z.number())),
]);
export type PackedRisk = z.infer<typeof PackedRisk>;

export function packRisk({
  score,
  band,
  assessedAt,
  horizonDays = 0,
  insufficientData,
  reasons,
}: ChurnRisk): PackedRisk {
  const lacking = lacks.reduce((sum, lack, i) => sum + (insufficientData?.includes(lack) ? 2 ** i : 0), 0);
  return [
    score,
    RiskBand.options.indexOf(band),
    Date.parse(assessedAt).toString(36),
    horizonDays,
    lacking,
    reasons.map(({ feature, points, values = [] }) => [feature, points, ...values]),
  ];
}

/** The reverse of `packRisk`. */
export function unpackRisk([score, band, at, horizonDays, lacking, reasons]: PackedRisk): ChurnRisk {
  const insufficientData = lacks.filter((_, i) => (lacking >> i) % 2 === 1);
  return {
    score,
    band: RiskBand.options[band] ?? 'low',
    reasons: reasons.map(([feature, points, ...values]) => ({
      feature,
      points,
      ...(values.length > 0 && { values }),
      text: reasonText({ feature, values }),
    })),
    assessedAt: new Date(parseInt(at, 36)).toISOString(),
    ...(horizonDays > 0 && { horizonDays }),
    ...(insufficientData.length > 0 && { insufficientData }),
  };
}
