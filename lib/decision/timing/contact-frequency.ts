import { noTrials, type Trials } from '../beliefs/prior-beliefs.ts';

/**
 * One contact: the number of contacts before it within the window, and whether the customer
 * responded.
 */
export interface ContactOutcome {
  before: number;
  responded: boolean;
}

/**
 * Weight of the overall mean against the observed rate at one number of earlier contacts, in
 * contacts.
 */
const worth = 20;

/** A run of neighbouring contact counts that share one rate. */
interface Run {
  rate: number;
  weight: number;
  length: number;
}

/**
 * Returns the response rate by the number of earlier contacts, up to the highest observed. Empty
 * without contacts. Each rate is shrunk towards the overall mean. Rising neighbours are pooled
 * (isotonic regression: Ayer et al. 1955; Barlow et al. 1972), because further contacts do not
 * raise willingness.
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

/** The trade-off that limits contacts. */
export interface FrequencyRule {
  /** Value of one response. */
  value: number;
  /**
   * Cost of one contact beside its price, such as annoyance and opt-outs. In the unit of `value`.
   */
  cost: number;
  /** Maximum number of contacts within the window, even if more would pay. */
  hardCap: number;
}

/**
 * Returns how many contacts a customer may get within the window: while the next one brings more
 * than it costs, up to the hard cap. The last observed rate holds for higher counts. Without
 * observations the hard cap decides.
 */
export function mostContacts(decay: readonly number[], { value, cost, hardCap }: FrequencyRule): number {
  const until = decay.findIndex((rate) => rate * value <= cost);
  return until === -1 ? hardCap : Math.min(until, hardCap);
}
