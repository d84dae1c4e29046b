import { type Instant } from '../time.ts';

/** What comes in of an offer and what became of it: late, twice and in any order. Ids are the message's or the decision's own. */
export type Fact =
  | { kind: 'exposure'; id: string; offer: string; at: Instant; until: Instant }
  | { kind: 'reward'; id: string; at: Instant; value: number };

/** Every fact once, by kind and id. */
export type Ledger = ReadonlyMap<string, Fact>;

const keyOf = ({ kind, id }: Fact): string => `${kind} ${id}`;

/** Of two facts that share an id, the earlier stands; told at one time, the one whose text comes first: so that order does not matter. */
function standing(one: Fact, other: Fact): Fact {
  if (one.at !== other.at) return one.at < other.at ? one : other;
  return JSON.stringify(one) <= JSON.stringify(other) ? one : other;
}

/** The ledger that knows the fact too; the same ledger when it knew it. */
export function told(ledger: Ledger, fact: Fact): Ledger {
  const known = ledger.get(keyOf(fact));
  if (known && standing(known, fact) === known) return ledger;
  return new Map(ledger).set(keyOf(fact), fact);
}

/** What an offer earned: how often it was seen, how many of those were rewarded, and the sum of rewards. */
export interface Earned {
  exposed: number;
  won: number;
  value: number;
}

/**
 * Gives each reward of one customer to the newest exposure before it whose window (`until`, exclusive) holds it: last touch. A reward is
 * counted once, an exposure is won once however many rewards it gets; a reward outside of every window is nobody's. Depends on what the
 * ledger holds, not on the order it was told in.
 */
export function earnedBy(ledger: Ledger): Map<string, Earned> {
  const facts = [...ledger.values()].sort((a, b) =>
    a.at === b.at ? (keyOf(a) < keyOf(b) ? -1 : 1) : a.at < b.at ? -1 : 1,
  );
  const earned = new Map<string, Earned>();
  const open: { offer: string; until: Instant; won: boolean }[] = [];
  for (const fact of facts)
    if (fact.kind === 'exposure') {
      open.push({ offer: fact.offer, until: fact.until, won: false });
      entryOf(earned, fact.offer).exposed++;
    } else reward(earned, open, fact);
  return earned;
}

function reward(
  earned: Map<string, Earned>,
  open: { offer: string; until: Instant; won: boolean }[],
  fact: Fact & { kind: 'reward' },
): void {
  const credited = open.findLast(({ until }) => fact.at < until);
  if (!credited) return;
  const entry = entryOf(earned, credited.offer);
  entry.value += fact.value;
  if (!credited.won) entry.won++;
  credited.won = true;
}

function entryOf(earned: Map<string, Earned>, offer: string): Earned {
  const entry = earned.get(offer) ?? { exposed: 0, won: 0, value: 0 };
  earned.set(offer, entry);
  return entry;
}
