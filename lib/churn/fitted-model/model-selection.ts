import { type Outcome } from '../../statistics/learning/model-metrics.ts';
import { boostingFor, crossFitted, forecast, learn, learnDropout } from './candidate-models.ts';
import { type Learnt } from './churn-model.ts';
import { type Layout } from './feature-columns.ts';
import { levelling, shifted, stacked } from './stack-models.ts';
import { type Example } from './training-windows.ts';

/** Learns from closed windows, newest first; `today` are the customers as they stand, whose key events the dropout model is fitted to. */
export interface Lesson {
  windows: Example[][];
  today: readonly Example[];
  terms: { layout: Layout; horizonDays: number; now: number };
}

/** A model learnt from everybody, and how it forecast the newest window where each customer was left out of what it learnt from. */
export interface Tried {
  learnt: Learnt;
  outcomes: Outcome[];
}

export function triedDropout({ windows: [newest = []], today, terms }: Lesson): Tried | undefined {
  const learnt = learnDropout(today, terms);
  const outcomes =
    learnt && crossFitted(newest, (isOther) => learnDropout(today.filter(isOther), { ...terms, near: learnt }));
  return learnt && outcomes && outcomes.length > 0 ? { learnt, outcomes } : undefined;
}

/**
 * A line, with the dropout model in the share that held. That model ranks customers well, but its level is one for all seasons: it is
 * brought to the line's, which is that of the windows.
 */
export function triedLine({ windows, today, terms }: Lesson, dropout: Tried | undefined): Tried {
  const [newest = []] = windows;
  const [all, linear] = [windows.flat(), { ...terms, kind: 'linear' as const }];
  const outcomes = crossFitted(newest, (isOther) => learn(all.filter(isOther), { ...linear, ofNewest: true }));
  const learnt = learn(all, linear);
  if (!dropout) return { learnt, outcomes };
  const level = shifted(dropout.outcomes, levelling(outcomes, dropout.outcomes));
  const { share: dropoutShare, outcomes: mixed } = stacked(outcomes, level);
  if (dropoutShare === 0) return { learnt, outcomes };
  const dropoutShift = levelling(forecast(learnt, today), forecast(dropout.learnt, today));
  return {
    learnt: { ...learnt, dropout: dropout.learnt.dropout, dropoutShare, dropoutShift },
    outcomes: mixed,
  };
}

const sharesOf = ({ dropout, dropoutShare, dropoutShift }: Learnt) => ({
  ...(dropout && { dropout }),
  dropoutShare,
  dropoutShift,
});

/** Windows that trees are grown on: they take their time, and tell little from habits of long ago that a line does not. */
const windowsOfTrees = 2;

/** Trees, with all of the other in the share that held. */
export function triedTrees({ windows, terms }: Lesson, line: Tried): Tried {
  const [newest = []] = windows;
  const all = windows.slice(0, windowsOfTrees).flat();
  const boosted = { ...terms, kind: 'boosted' as const, boosting: boostingFor(newest, terms) };
  const trees = crossFitted(newest, (isOther) => learn(all.filter(isOther), boosted));
  const { share: treesShare, outcomes } = stacked(line.outcomes, trees);
  const { linear } = line.learnt;
  return {
    learnt: { ...learn(all, boosted), ...(linear && { linear }), ...sharesOf(line.learnt), treesShare },
    outcomes,
  };
}
