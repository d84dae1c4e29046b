import * as z from 'zod';
import { metricLine, writeLine } from '#lib/aws/metrics.ts';
import { ChurnDefinition } from '#lib/model/churn-definition.ts';
import { trainFromHistories } from '#lib/churn/training/train-from-histories.ts';
import { type ModelStore } from '#lib/churn/training/model-store.ts';
import { type SampledCustomer, historiesOf } from '#lib/churn/training/training-sample.ts';
import { type SampleStore } from '#lib/churn/training/sample-store.ts';
import { type ModelSummary } from '#lib/churn/training/training-state.ts';
import { type Clock } from '#lib/shared/time.ts';

interface Dependencies {
  samples: Pick<SampleStore, 'read'>;
  models: Pick<ModelStore, 'publish'>;
  clock: Clock;
}

const TrainingInput = z.object({
  workspace: z.string(),
  run: z.string(),
  definition: ChurnDefinition,
  /** When the training began. The export holds everything written before. */
  began: z.iso.datetime(),
  shares: z.array(z.object({ share: z.int(), bound: z.number(), parts: z.int() })),
});

type TrainingInput = z.infer<typeof TrainingInput>;

async function readSample(samples: Dependencies['samples'], input: TrainingInput): Promise<SampledCustomer[]> {
  const { workspace, run, shares } = input;
  const sample: SampledCustomer[] = [];
  for (const { share, parts } of shares)
    for (const one of await samples.read({ workspace, run, share }, parts)) sample.push(one);
  return sample;
}

/**
 * Trains a model and publishes it. Returns its summary, and the number of customers it learnt from.
 */
async function trainAndPublish({ samples, models, clock }: Dependencies, input: TrainingInput) {
  const { workspace, run, definition, began, shares } = input;
  const bound = Math.min(1, ...shares.map((share) => share.bound));
  const histories = historiesOf(await readSample(samples, input), bound);
  const model = trainFromHistories(histories, { definition, run, began, now: clock.now() });
  return { summary: await models.publish(workspace, model), customers: histories.length };
}

/**
 * Trains a model on the collected sample and publishes it once a run. Deterministic: a retry before
 * the publication trains the same model.
 */
export function trainModel(dependencies: Dependencies) {
  return async (event: unknown): Promise<ModelSummary> => {
    const { summary, customers } = await trainAndPublish(dependencies, TrainingInput.parse(event));
    const counts = { customers, [summary.accepted ? 'accepted' : 'refused']: 1 };
    writeLine(metricLine('train', counts, { now: Date.parse(dependencies.clock.now()) }));
    return summary;
  };
}
