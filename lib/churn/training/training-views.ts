import * as z from 'zod';
import { Instant } from '../../shared/time.ts';
import { ChurnDefinition } from '../../model/churn-definition.ts';
import { ChurnModel, ModelPage } from '../fitted-model/churn-model.ts';
import { ChurnReason, type CustomerScore } from '../fitted-model/model-score.ts';
import { ModelKind, ChurnRiskWithText } from '../../model/churn-risk.ts';
import { type TrainedModel } from '../trained-model.ts';
import { isRunning, missingForTraining, ModelSummary, Training, type TrainingState } from './training-state.ts';

/** A training as the API shows it. `interrupted` ones failed, or did not come to an end within a day. */
export const TrainingView = Training.extend({ status: z.enum(['running', 'done', 'interrupted']) });

export function trainingView(
  training: Training,
  { now, failed = false }: { now: Instant; failed?: boolean },
): z.infer<typeof TrainingView> {
  if (training.finishedAt !== undefined) return { ...training, status: 'done' };
  return { ...training, status: isRunning({ models: [], training }, now) && !failed ? 'running' : 'interrupted' };
}

/**
 * The page of the model that is gone by, or while that is the cold start, of the newest one trained: which was not good enough, or is of another
 * horizon or other key events than are asked now.
 */
export const ModelView = z.object({
  inForce: z.enum(['cold-start', 'trained']),
  definition: ChurnDefinition,
  bands: ChurnModel.shape.bands,
  /** Why the newest training yielded no model to go by, or why the one before it is gone by no more. */
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

export function modelView(
  state: TrainingState,
  { shown, inForce }: { shown: TrainedModel | undefined; inForce: boolean },
  { definition, bands, ...at }: Pick<ModelView, 'definition' | 'bands'> & { now: Instant; failed: boolean },
): ModelView {
  const [newest] = state.models;
  const line = shown && state.models.find(({ version }) => version === shown.version);
  return {
    inForce: inForce ? 'trained' : 'cold-start',
    definition: shown?.definition ?? definition,
    bands: shown?.model.bands ?? bands,
    lacking: [
      ...(newest ? missingForTraining(newest.notes) : (['never-trained'] as const)),
      ...(state.current !== undefined && !inForce ? (['definition-changed'] as const) : []),
    ],
    ...(shown && { version: shown.version, kind: shown.model.kind, horizonDays: shown.model.horizonDays }),
    ...(line && { trainedAt: line.trainedAt, customers: line.customers }),
    ...(shown && { page: shown.model.page }),
    ...(state.training && { training: trainingView(state.training, at) }),
  };
}

export const ModelList = z.object({ items: z.array(ModelSummary), inForce: z.int().optional() });

/** A customer's risk at this moment, taken apart: `base` and all contributions sum to the logit of `probability`. */
export const RiskView = z.object({
  customerId: z.string(),
  /** As it would be written down now; missing of whom the workspace does not ask it. */
  risk: ChurnRiskWithText.optional(),
  base: z.number().optional(),
  logit: z.number().optional(),
  reasons: z.array(ChurnReason).optional(),
});
export type RiskView = z.infer<typeof RiskView>;

type Apart = Pick<RiskView, 'base' | 'logit' | 'reasons'>;

const told = (base: number, reasons: ChurnReason[]): Apart => {
  return { base, logit: reasons.reduce((sum, { contribution }) => sum + contribution, base), reasons };
};

export function explainRisk(scored: CustomerScore | undefined): Apart {
  return scored && 'score' in scored ? told(scored.score.base, scored.score.reasons) : {};
}

/** A risk of the cold start taken apart: it knows of no population. */
export function explainDefaultRisk({ base, reasons }: ChurnRiskWithText): Apart {
  if (base === undefined) return {};
  const parts = reasons.map(({ feature, text, contribution = 0, values = [] }): ChurnReason => {
    return { feature, text, contribution, value: values[0] ?? null, mean: null };
  });
  return told(base, parts);
}
