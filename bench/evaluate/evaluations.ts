import { cohorts } from './cohorts.ts';
import { survival } from './survival.ts';
import { experiments } from './experiments.ts';
import { attribution } from './attribution.ts';
import { conformanceFigures } from './conformance.ts';
import { churn, churnRetail } from './churn.ts';
import { churnLaws } from './churn-laws.ts';
import { telco } from './telco.ts';
import { dropout } from './dropout.ts';
import { type Evaluation } from './figure.ts';
import { decideFigures } from './decide.ts';
import { hillstrom } from './hillstrom.ts';
import { bandits } from './bandits.ts';
import { estimators } from './estimators.ts';
import { sendTime } from './send-time.ts';
import { upworthy } from './upworthy.ts';

/** Every evaluation by its name, in the order of the table. */
export const evaluations: Record<string, Evaluation> = {
  dropout,
  churn,
  'churn-retail': churnRetail,
  'churn-laws': churnLaws,
  telco,
  experiments,
  attribution,
  survival,
  cohorts,
  conformance: conformanceFigures,
  upworthy,
  estimators,
  hillstrom,
  bandits,
  'send-time': sendTime,
  decide: decideFigures,
};
