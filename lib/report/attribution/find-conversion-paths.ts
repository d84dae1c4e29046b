import { inOrder, type CustomerPath, type PathStep } from '../paths/customer-path.ts';
import { type TimedConversionPath } from './credit-rules.ts';

export interface ConversionPathPlan<Step extends PathStep = PathStep> {
  /** Name of the touchpoint that is the conversion. */
  conversion: string;
  /** What a touchpoint counts as, such as its channel; undefined when it is no touch. Its own name when missing. */
  touchOf?: (step: Step) => string | undefined;
  /** Milliseconds before the end of a way in which touches count; no limit when missing. */
  lookbackMs?: number;
  /** Value of a conversion; 0 when missing. */
  worthOf?: (step: Step) => number;
}

/**
 * Yields conversion paths: each conversion ends one, and the next touchpoint begins another; a rest
 * without conversion is a null path. Ages are ms before the end. Paths without a touch are omitted,
 * because there is no touch to credit.
 */
export function* findConversionPaths<Step extends PathStep>(
  paths: Iterable<CustomerPath<Step>>,
  plan: ConversionPathPlan<Step>,
): Generator<TimedConversionPath> {
  const { conversion, touchOf = (step: Step) => step.name, worthOf = () => 0, lookbackMs = Infinity } = plan;
  for (const path of paths) {
    const steps = inOrder(path.steps);
    let open: { touch: string; at: number }[] = [];
    const ended = (at: number): Pick<TimedConversionPath, 'touches' | 'ages'> => {
      const within = open.filter((one) => at - one.at <= lookbackMs);
      open = [];
      return { touches: within.map(({ touch }) => touch), ages: within.map((one) => at - one.at) };
    };
    for (const step of steps) {
      if (step.name === conversion) {
        const way = ended(step.at);
        if (way.touches.length > 0) yield { ...way, conversions: 1, nulls: 0, value: worthOf(step) };
        continue;
      }
      const touch = touchOf(step);
      if (touch !== undefined) open.push({ touch, at: step.at });
    }
    const way = ended(steps.at(-1)?.at ?? 0);
    if (way.touches.length > 0) yield { ...way, conversions: 0, nulls: 1 };
  }
}
