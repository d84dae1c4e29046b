import { inOrder, type CustomerPath, type PathStep } from '../paths/customer-path.ts';
import { type TimedConversionPath } from './credit-rules.ts';

/** What is a conversion, and what is a touch. */
export interface ConversionPathPlan<Step extends PathStep = PathStep> {
  /** Name of the touchpoint that is the conversion. */
  conversion: string;
  /** Returns what a touchpoint counts as, undefined for no touch. Default: its name. */
  touchOf?: (step: Step) => string | undefined;
  /** Time before the end of a path in which touches count, ms. Default: no limit. */
  lookbackMs?: number;
  /** Returns the value of a conversion. Default: 0. */
  worthOf?: (step: Step) => number;
}

/** A touch since the last conversion. */
interface OpenTouch {
  touch: string;
  at: number;
}

/** Returns the touches within the look-back of an end, with their ages. */
function closeAt(open: readonly OpenTouch[], at: number, lookbackMs: number) {
  const within = open.filter((one) => at - one.at <= lookbackMs);
  return { touches: within.map(({ touch }) => touch), ages: within.map((one) => at - one.at) };
}

function* conversionPathsIn<Step extends PathStep>(
  steps: readonly Step[],
  plan: ConversionPathPlan<Step>,
): Generator<TimedConversionPath> {
  const { conversion, touchOf = (step: Step) => step.name, worthOf = () => 0, lookbackMs = Infinity } = plan;
  let open: OpenTouch[] = [];
  for (const step of steps) {
    if (step.name === conversion) {
      yield { ...closeAt(open, step.at, lookbackMs), conversions: 1, nulls: 0, value: worthOf(step) };
      open = [];
      continue;
    }
    const touch = touchOf(step);
    if (touch !== undefined) open.push({ touch, at: step.at });
  }
  yield { ...closeAt(open, steps.at(-1)?.at ?? 0, lookbackMs), conversions: 0, nulls: 1 };
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
  for (const path of paths)
    for (const found of conversionPathsIn(inOrder(path.steps), plan)) if (found.touches.length > 0) yield found;
}
