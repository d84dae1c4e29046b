import { featureText } from './fitted-model/feature-text.ts';
import { reasonText } from './reason-text.ts';
import { type ChurnRisk, type ChurnRiskWithText } from '../model/churn-risk.ts';

/** The risk with its words, which are made of the rest of it: so they need not be stored. */
export function withRiskText(risk: ChurnRisk): ChurnRiskWithText {
  const { modelVersion, modelKind, horizonDays = 0 } = risk;
  // Reasons of a dropout model are plain counts and days, those of others mostly logarithms.
  const terms = { plain: modelKind === 'dropout', horizonDays };
  return {
    ...risk,
    reasons: risk.reasons.map((reason) => {
      const { feature, value } = reason;
      // A reason without a value has the cold start's text.
      const text =
        modelVersion !== undefined && value !== undefined ? featureText({ feature, value }, terms) : reasonText(reason);
      return { ...reason, text };
    }),
  };
}
