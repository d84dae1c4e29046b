import * as z from 'zod';
import { Instant } from '../../shared/time.ts';
import { ChurnDefinition } from '../../model/churn-definition.ts';
import { ChurnModel, ModelPage } from '../fitted-model/churn-model.ts';
import { ChurnReason, type CustomerScore } from '../fitted-model/model-score.ts';
import { ModelKind, ChurnRiskWithText } from '../../model/churn-risk.ts';
import { customerId } from '../../model/customer.ts';
import { type Profile } from '../../model/profile.ts';
import { type Workspace } from '../../model/workspace.ts';
import { chooseRiskModel } from '../choose-risk-model.ts';
import { withScoredRisk } from '../review-risk.ts';
import { withRiskText } from '../risk-text.ts';
import { scoreOf, type TrainedModel } from '../trained-model.ts';
import { isRunning, missingForTraining, ModelSummary, Training, type TrainingState } from './training-state.ts';

/** A training as the API shows it. An `interrupted` one failed, or did not end within a day. */
export const TrainingView = Training.extend({ status: z.enum(['running', 'done', 'interrupted']) });

/** Returns a training as the API shows it. `failed` says that its execution failed. */
export function trainingView(
  training: Training,
  { now, failed = false }: { now: Instant; failed?: boolean },
): z.infer<typeof TrainingView> {
  if (training.finishedAt !== undefined) return { ...training, status: 'done' };
  return { ...training, status: isRunning({ models: [], training }, now) && !failed ? 'running' : 'interrupted' };
}

/**
 * The page of the trained model in force. While the cold start is, it is the page of the newest
 * model, which was not accepted or is of another definition.
 */
export const ModelView = z.object({
  inForce: z.enum(['cold-start', 'trained']),
  definition: ChurnDefinition,
  bands: ChurnModel.shape.bands,
  /**
   * Why the newest training has no accepted model, or why the accepted one is no longer in force.
   */
  lacking: z.array(z.union([z.literal(['never-trained', 'definition-changed']), ModelPage.shape.notes.element])),
  version: z.int().optional(),
  trainedAt: Instant.optional(),
  kind: ModelKind.optional(),
  horizonDays: z.number().optional(),
  customers: z.int().optional(),
  page: ModelPage.optional(),
  training: TrainingView.optional(),
});
export type ModelView = z.infer<typeof ModelView>;

/** Why no model of the newest training is in force, or why the last one is no longer. */
function lacksOf({ models, current }: TrainingState, isInForce: boolean): ModelView['lacking'] {
  const [newest] = models;
  const missing = newest ? missingForTraining(newest.notes) : (['never-trained'] as const);
  return current !== undefined && !isInForce ? [...missing, 'definition-changed'] : [...missing];
}

/** The fields of the model shown, with what its training recorded. */
function shownFields({ version, model }: TrainedModel, state: TrainingState): Partial<ModelView> {
  const line = state.models.find((summary) => summary.version === version);
  return {
    version,
    kind: model.kind,
    horizonDays: model.horizonDays,
    ...(line && { trainedAt: line.trainedAt, customers: line.customers }),
    page: model.page,
  };
}

/** Returns the view of a workspace's models. `definition` and `bands` are shown without a model. */
export function modelView(
  state: TrainingState,
  { shown, inForce }: { shown: TrainedModel | undefined; inForce: boolean },
  { definition, bands, ...at }: Pick<ModelView, 'definition' | 'bands'> & { now: Instant; failed: boolean },
): ModelView {
  return {
    inForce: inForce ? 'trained' : 'cold-start',
    definition: shown?.definition ?? definition,
    bands: shown?.model.bands ?? bands,
    lacking: lacksOf(state, inForce),
    ...(shown && shownFields(shown, state)),
    ...(state.training && { training: trainingView(state.training, at) }),
  };
}

/** The models of a workspace, newest first. `inForce` is the version in force. */
export const ModelList = z.object({ items: z.array(ModelSummary), inForce: z.int().optional() });

/**
 * A customer's risk now, with its parts: `base` and all contributions sum to the logit of
 * `probability`.
 */
export const RiskView = z.object({
  customerId: z.string(),
  /** As it would be written down now; missing of whom the workspace does not ask it. */
  risk: ChurnRiskWithText.optional(),
  base: z.number().optional(),
  logit: z.number().optional(),
  reasons: z.array(ChurnReason).optional(),
});
export type RiskView = z.infer<typeof RiskView>;

type Explanation = Pick<RiskView, 'base' | 'logit' | 'reasons'>;

const explanationOf = (base: number, reasons: ChurnReason[]): Explanation => {
  return { base, logit: reasons.reduce((sum, { contribution }) => sum + contribution, base), reasons };
};

/** Returns the explanation of a trained model's score, or nothing for a customer without one. */
export function explainRisk(scored: CustomerScore | undefined): Explanation {
  return scored && 'score' in scored ? explanationOf(scored.score.base, scored.score.reasons) : {};
}

/** Returns the explanation of a risk of the default model, which compares with no population. */
function explainDefaultRisk({ base, reasons }: ChurnRiskWithText): Explanation {
  if (base === undefined) return {};
  const parts = reasons.map(({ feature, text, contribution = 0, values = [] }): ChurnReason => {
    return { feature, text, contribution, value: values[0] ?? null, mean: null };
  });
  return explanationOf(base, parts);
}

/** Returns a customer's risk at `now` by the model in force, with its explanation. */
export function riskView(
  profile: Profile,
  { settings, trained }: { settings: Workspace; trained: TrainedModel | undefined },
  now: Instant,
): RiskView {
  const found = withScoredRisk(profile, now, chooseRiskModel(settings, trained));
  // Without a change since the last review, the change that the review stored is shown.
  const risk = found && withRiskText({ ...found, change: found.change ?? profile.churn?.change });
  const scored = trained && risk?.modelVersion !== undefined ? scoreOf(trained, profile, now) : undefined;
  return {
    customerId: customerId(profile.customer),
    ...(risk && { risk }),
    ...(scored ? explainRisk(scored) : risk && explainDefaultRisk(risk)),
  };
}
