import { bucketCount, bucketThresholds } from '#lib/model/customer-bucket.ts';
import { type StepCompiler } from '../compile-context.ts';
import { toJsonata } from '../expressions.ts';

/** Compiles a random split: a Choice by the bucket that was drawn at entry. */
export const compileRandomSplit: StepCompiler<'randomSplit'> = (id, { paths }) => {
  const last = paths.at(-1);
  const bounds = bucketThresholds(paths.map(({ weight }) => weight));
  const Choices = paths.slice(0, -1).map(({ next }, i) => ({
    Condition: `{% $lookup($states.input.splits, ${toJsonata(id)}) < ${bounds[i] ?? bucketCount} %}`,
    Next: next,
  }));
  return { [id]: { Type: 'Choice', Choices, Default: last?.next ?? '' } };
};
