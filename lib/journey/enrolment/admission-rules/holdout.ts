import { bucketCount, bucketOf } from '#lib/model/customer-bucket.ts';
import { type AdmissionRule, reject } from './admission-input.ts';

/**
 * Rejects customers in a holdout of the workspace or of the journey. Who is in it is drawn by a
 * hash of the customer and the holdout's salt, so holdouts of one salt hold the same customers.
 */
export const checkHoldout: AdmissionRule = ({ definition, workspace, profile, request }) => {
  if (request.test) return undefined;
  const holdouts = { workspace: workspace.holdout, journey: definition.holdout };
  for (const [of, holdout] of Object.entries(holdouts)) {
    if (!holdout) continue;
    const drawn = (bucketOf(holdout.salt, profile) / bucketCount) * 100;
    if (drawn < holdout.percent) return reject('holdout', { of, percent: holdout.percent, drawn });
  }
  return undefined;
};
