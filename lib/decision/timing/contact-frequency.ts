import { noTrials, type Trials } from '../beliefs/prior-beliefs.ts';

/** One contact: how many others came before it within the span that is looked at, and whether the customer responded. */
export interface ContactOutcome {
  before: number;
  responded: boolean;
}

/** How many contacts the mean of all is worth against what was seen at one number of earlier contacts. */
const worth = 20;

/** A run of neighbouring numbers of contacts that share a rate. */
interface Run {
  rate: number;
  weight: number;
  length: number;
}

/**
 * Response rate by the number of contacts before: each rate shrunk towards the mean of all, then made to fall or stay by pooling
 * neighbours that rise (isotonic regression: Ayer et al. 1955; Barlow et al. 1972), as being contacted more never makes anybody more
 * willing. Index is the number of contacts before; as long as the most that was seen, empty when nothing was.
 */
export function responseDecay(contacts: Iterable<ContactOutcome>): number[] {
  const seen: Trials[] = [];
  for (const { before, responded } of contacts) {
    const tries = (seen[before] ??= { exposed: 0, won: 0 });
    [tries.exposed, tries.won] = [tries.exposed + 1, tries.won + Number(responded)];
  }
  const all = Array.from(seen, (tries: Trials | undefined) => tries ?? noTrials);
  const mean =
    all.reduce((sum, { won }) => sum + won, 0) /
    Math.max(
      1,
      all.reduce((sum, { exposed }) => sum + exposed, 0),
    );
  return falling(
    all.map(({ exposed, won }) => ({
      rate: (won + worth * mean) / (exposed + worth),
      weight: exposed + worth,
      length: 1,
    })),
  );
}

function falling(rates: Run[]): number[] {
  const runs: Run[] = [];
  for (const next of rates) {
    let run = next;
    for (let last = runs.at(-1); last && last.rate < run.rate; last = runs.at(-1)) {
      runs.pop();
      const weight = last.weight + run.weight;
      const rate = (last.rate * last.weight + run.rate * run.weight) / weight;
      run = { rate, weight, length: last.length + run.length };
    }
    runs.push(run);
  }
  return runs.flatMap(({ rate, length }) => Array.from({ length }, () => rate));
}

export interface FrequencyRule {
  /** Value of a response. */
  value: number;
  /** What a contact costs beside its price: annoyance, refusals it brings. In the unit of `value`. */
  cost: number;
  /** Never more contacts than this within the span, whatever they would bring. */
  hardCap: number;
}

/**
 * How many contacts a customer may get within the span: as long as the next one brings more than it costs, and at most the hard cap.
 * Beyond what was ever seen the last rate holds on; with nothing seen the hard cap alone decides.
 */
export function mostContacts(decay: readonly number[], { value, cost, hardCap }: FrequencyRule): number {
  const until = decay.findIndex((rate) => rate * value <= cost);
  return until === -1 ? hardCap : Math.min(until, hardCap);
}
