import { type StageTransition } from '../../stage/model.ts';
import { type Counted, countedOf, counter, type Counter, entry } from './counted.ts';
import { type Durations, durations, type Spread, spreadOf } from './durations.ts';

/** A stage as customers passed through it. */
export interface StagePassage {
  id: string;
  /** Entries: how often, and how many customers. */
  entered: { count: number; customers: number };
  /** How often it was left, and how many stand in it now. */
  left: number;
  standing: number;
  /** Time of the stays that have ended. Those who still stand here are not in it: they can only stay longer. */
  stay?: Spread;
  /** How long those who stand here now have stood. */
  standingFor?: Spread;
}

export interface StageFlow {
  customers: number;
  stages: StagePassage[];
  /** Moves between stages; `from` is missing where a customer entered for the first time. */
  moves: ({ from?: string; to: string } & Omit<Counted, 'paths'>)[];
}

/** A customer's transition as the table holds it. */
export type CustomerTransition = { customer: string } & Pick<StageTransition, 'from' | 'to' | 'at'>;

interface Passing {
  entered: Counter;
  left: number;
  standing: number;
  stay: Durations;
  standingFor: Durations;
}

const passing = (): Passing => ({
  entered: counter(),
  left: 0,
  standing: 0,
  stay: durations(),
  standingFor: durations(),
});

/**
 * How customers move between stages and how long they stay. Rows lie together by customer, in time order, as the table delivers them.
 * `now` ends nothing: it only says how long those who stand have stood.
 */
export function stageFlow(rows: Iterable<CustomerTransition>, now: number): StageFlow {
  const stages = new Map<string, Passing>();
  const moves = new Map<string, { from?: string; to: string; counter: Counter }>();
  let latest: { customer: string; to: string; at: number } | undefined;
  let customers = 0;

  const settle = (): void => {
    if (!latest) return;
    const stage = entry(stages, latest.to, passing);
    stage.standing++;
    stage.standingFor.add(Math.max(0, now - latest.at));
  };

  for (const { customer, from, to, at: instant } of rows) {
    const at = Date.parse(instant);
    if (latest?.customer !== customer) {
      settle();
      customers++;
    } else {
      const before = entry(stages, latest.to, passing);
      before.left++;
      before.stay.add(at - latest.at);
    }
    entry(stages, to, passing).entered.add(customers, customer);
    const key = JSON.stringify([from, to]);
    entry(moves, key, () => ({ ...(from !== undefined && { from }), to, counter: counter() })).counter.add(
      customers,
      customer,
    );
    latest = { customer, to, at };
  }
  settle();

  return {
    customers,
    stages: [...stages].map(([id, stage]) => {
      const [stay, standingFor] = [spreadOf(stage.stay), spreadOf(stage.standingFor)];
      return {
        id,
        entered: { count: stage.entered.count, customers: stage.entered.customers },
        left: stage.left,
        standing: stage.standing,
        ...(stay && { stay }),
        ...(standingFor && { standingFor }),
      };
    }),
    moves: [...moves.values()]
      .map(({ counter: own, ...move }) => {
        const { count, customers: who } = countedOf(own);
        return { ...move, count, customers: who };
      })
      .sort((a, b) => b.count - a.count),
  };
}
