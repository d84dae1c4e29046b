import { type Plan, planPartsOf } from '../../map/planned-map.ts';
import { type Label } from '../../model/stage.ts';
import { type CustomerCount, customerCountOf, createCounter, type Counter, counterEntry } from '../paths/counter.ts';
import { type AlignmentMove } from './alignment.ts';
import { deviationWords } from './deviation-text.ts';

/** One way in which paths leave the plan, and how often it is met. */
export interface Deviation extends CustomerCount {
  kind: 'skipped' | 'extra';
  name: string;
  /** Where in the plan it was skipped: `sequence[2].choice[0]`. */
  place?: string;
  /** The touchpoint before it that was done as planned; without one it is at the start. */
  after?: string;
  /** The same touchpoint is skipped at one place and extra at another: it was done out of order. */
  outOfOrder: boolean;
  text: Label;
}

type Named = Pick<Deviation, 'kind' | 'name' | 'place' | 'after' | 'outOfOrder'>;

/** The deviations of one alignment, each with how often it occurs there. */
export function deviationsIn(moves: readonly AlignmentMove[]): { key: string; named: Named; count: number }[] {
  const skipped = new Set(moves.flatMap(({ kind, name }) => (kind === 'skipped' ? [name] : [])));
  const extra = new Set(moves.flatMap(({ kind, name }) => (kind === 'extra' ? [name] : [])));
  const found = new Map<string, { key: string; named: Named; count: number }>();
  let after: string | undefined;
  for (const move of moves) {
    if (move.kind === 'planned') {
      after = move.name;
      continue;
    }
    const { kind, name } = move;
    const place = kind === 'skipped' ? { place: move.place } : {};
    const outOfOrder = skipped.has(name) && extra.has(name);
    const named = { kind, name, ...place, ...(after !== undefined && { after }), outOfOrder };
    const key = JSON.stringify([kind, name, place.place, after, outOfOrder]);
    const known = found.get(key);
    if (known) known.count++;
    else found.set(key, { key, named, count: 1 });
  }
  return [...found.values()];
}

/** What each touchpoint of the plan is called; the first label of a name. */
function labelsOf(plan: Plan, labels = new Map<string, Label>()): Map<string, Label> {
  if ('touchpoint' in plan && plan.label && !labels.has(plan.touchpoint)) labels.set(plan.touchpoint, plan.label);
  for (const { plan: part } of planPartsOf(plan)) labelsOf(part, labels);
  return labels;
}

/** Counts deviations while paths pass by, those of a customer one after the other. */
export function deviationCounts(plan: Plan): {
  add(customer: string, deviations: ReturnType<typeof deviationsIn>): void;
  /** Those of most customers first. */
  list(): Deviation[];
} {
  const labels = labelsOf(plan);
  const called = (name: string): Label => labels.get(name) ?? { en: name, ko: name };
  const counts = new Map<string, { named: Named; counter: Counter }>();
  let paths = 0;
  return {
    add(customer, deviations) {
      paths++;
      for (const { key, named, count } of deviations)
        counterEntry(counts, key, () => ({ named, counter: createCounter() })).counter.add(paths, customer, count);
    },
    list: () =>
      [...counts.values()]
        .map(({ named, counter: own }) => {
          const after = named.after === undefined ? undefined : called(named.after);
          return { ...named, ...customerCountOf(own), text: deviationWords[named.kind](called(named.name), after) };
        })
        .sort((a, b) => b.customers - a.customers || b.count - a.count),
  };
}
