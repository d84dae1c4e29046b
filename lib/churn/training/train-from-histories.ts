import { type Instant } from '../../shared/time.ts';
import { type ChurnDefinition } from '../../model/churn-definition.ts';
import { dayIndex } from '../../profile/facts/key-days.ts';
import { trainChurnModel } from '../fitted-model/train-model.ts';
import { type CustomerHistory } from '../fitted-model/training-windows.ts';
import { missingForTraining } from './training-state.ts';
import { type TrainedModelRow } from './model-store.ts';

interface Lesson {
  definition: ChurnDefinition;
  run: string;
  /**
   * When the training began. The export is of the same hour or later, so it holds all earlier days.
   */
  began: Instant;
  now: Instant;
}

/**
 * Trains a model on what customers did until the day before the training began. Returns it with its
 * summary.
 */
export function trainFromHistories(
  histories: readonly CustomerHistory[],
  { definition, run, began, now }: Lesson,
): TrainedModelRow {
  const { horizonDays, bands, eligible } = definition;
  const { leastDays = 1 } = eligible;
  const model = trainChurnModel(histories, {
    now: dayIndex(Date.parse(began)),
    horizonDays,
    eligible: ({ days }) => days >= leastDays,
    ...(bands && { bands }),
  });
  const { grade, notes } = model.page;
  const accepted = missingForTraining(notes).length === 0;
  const line = { run, trainedAt: now, kind: model.kind, horizonDays, customers: histories.length };
  return { definition, model, line: { ...line, grade, notes, accepted } };
}
