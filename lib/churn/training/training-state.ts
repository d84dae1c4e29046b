import * as z from 'zod';
import { Instant, dayMs } from '../../shared/time.ts';
import { ModelPage } from '../fitted-model/churn-model.ts';
import { ModelKind } from '../../model/churn-risk.ts';

/** One line on a model that was trained. */
export const ModelSummary = z.object({
  version: z.int(),
  /** The training it came of. */
  run: z.string(),
  trainedAt: Instant,
  kind: ModelKind,
  horizonDays: z.number(),
  customers: z.int(),
  grade: ModelPage.shape.grade,
  notes: ModelPage.shape.notes,
  /** Whether it was good enough to go by. */
  accepted: z.boolean(),
});
export type ModelSummary = z.infer<typeof ModelSummary>;

export const Training = z.object({
  run: z.string(),
  startedAt: Instant,
  finishedAt: Instant.optional(),
  version: z.int().optional(),
});
export type Training = z.infer<typeof Training>;

/**
 * The state of a workspace's training. `current` is the version in force. Without it the cold start
 * is.
 */
export const TrainingState = z.object({
  current: z.int().optional(),
  /** Newest first. */
  models: z.array(ModelSummary),
  training: Training.optional(),
});
export type TrainingState = z.infer<typeof TrainingState>;

export const noTraining: TrainingState = { models: [] };

/** Lines that are kept; the models themselves all are. */
const mostLines = 100;

/** A training that has not come to an end by then never will. */
const longestMs = dayMs;

export const isRunning = ({ training }: TrainingState, now: Instant): boolean =>
  training !== undefined &&
  training.finishedAt === undefined &&
  Date.parse(now) - Date.parse(training.startedAt) < longestMs;

/** A model with one of these notes knows less than the cold start. */
const unusable: ReadonlySet<string> = new Set([
  'no-closed-window',
  'one-outcome-only',
  'few-customers',
  'no-better-than-base-rate',
]);

/** What was missing for a model to go by. */
export const missingForTraining = (notes: ModelPage['notes']): ModelPage['notes'] =>
  notes.filter((note) => unusable.has(note));

/**
 * Returns the state after a training. An accepted model is in force; otherwise the earlier one
 * stays.
 */
export function withModel({ current, models, training }: TrainingState, line: ModelSummary): TrainingState {
  const { run, trainedAt, version } = line;
  return {
    ...(line.accepted ? { current: version } : current !== undefined && { current }),
    models: [line, ...models].slice(0, mostLines),
    training: {
      startedAt: training?.run === run ? training.startedAt : trainedAt,
      run,
      finishedAt: trainedAt,
      version,
    },
  };
}
