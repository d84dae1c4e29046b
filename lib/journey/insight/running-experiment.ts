import { type JourneyStore } from '../publishing/journey-store.ts';
import { type StatsStore, type VariantStats } from './journey-stats-store.ts';
import { NotFound, Rejected } from '../../shared/errors.ts';
import { type JourneyDefinition } from '../definition/journey-definition.ts';
import { type Step, type StepOf } from '../definition/step.ts';
import { variantCountsOf } from './experiment-winner.ts';

/**
 * An experiment's step, and its counts in every version that has it: a step of the same name with
 * the same salt.
 */
export interface RunningExperiment {
  step: StepOf<'experiment'>;
  counts: Record<string, VariantStats>;
}

interface Place {
  workspace: string;
  journeyId: string;
  version: number;
  stepId: string;
}

const isExperiment = (step: Step | undefined): step is StepOf<'experiment'> => step?.kind === 'experiment';

/**
 * Reads an experiment. Returns undefined if the version has no such step. Costs one query, and
 * reads the definitions of the counted versions, which are cached.
 */
export async function experimentOf(
  { stats, journeys }: { stats: StatsStore; journeys: Pick<JourneyStore, 'version'> },
  { workspace, journeyId, version, stepId }: Place,
): Promise<RunningExperiment | undefined> {
  const stepIn = async (n: number): Promise<Step | undefined> =>
    (await journeys.version(workspace, journeyId, n))?.definition.steps[stepId];
  const step = await stepIn(version);
  if (!isExperiment(step)) return undefined;
  const all = await stats.read(workspace, journeyId);
  const steps = await Promise.all(all.map((one) => stepIn(one.version)));
  const same = all.filter((_, i) => {
    const other = steps[i];
    return isExperiment(other) && other.salt === step.salt;
  });
  return { step, counts: variantCountsOf(all, stepId, new Set(same.map((one) => one.version))) };
}

/**
 * Returns the experiment of a step in the first definition that has the step. Throws
 * `journey.unknown-experiment`, and `journey.unknown-variant` for a variant it does not have.
 */
export function findExperiment(
  definitions: readonly JourneyDefinition[],
  stepId: string,
  { journeyId, variant }: { journeyId: string; variant: string | null },
): StepOf<'experiment'> {
  const [step] = definitions.flatMap(({ steps }) => steps[stepId] ?? []);
  if (step?.kind !== 'experiment') throw new NotFound('journey.unknown-experiment', { journeyId, stepId });
  const variants = step.variants.map(({ id }) => id);
  if (variant !== null && !variants.includes(variant))
    throw new Rejected('journey.unknown-variant', { stepId, variants });
  return step;
}
