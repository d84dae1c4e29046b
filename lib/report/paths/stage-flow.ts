import { type StageTransition } from '../../model/stage.ts';
import { type CustomerCount, customerCountOf, createCounter, type Counter, counterEntry } from './counter.ts';
import { type Durations, durations, type DurationSpread, durationSpread } from './durations.ts';

/** A stage as customers passed through it. */
export interface StagePassage {
  id: string;
  /** Entries: how often, and how many customers. */
  entered: { count: number; customers: number };
  /** How often it was left, and how many stand in it now. */
  left: number;
  standing: number;
  /** Time of the stays that have ended. Those who still stand here are not in it: they can only stay longer. */
  stay?: DurationSpread;
  /** How long those who stand here now have stood. */
  standingFor?: DurationSpread;
}

export interface StageFlow {
  customers: number;
  stages: StagePassage[];
  /** Moves between stages; `from` is missing where a customer entered for the first time. */
  moves: ({ from?: string; to: string } & Omit<CustomerCount, 'paths'>)[];
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
  entered: createCounter(),
  left: 0,
  standing: 0,
  stay: durations(),
  standingFor: durations(),
});

export interface FlowSpan {
  /** Ends nothing: it only says how long those who stand have stood. Milliseconds since 1970. */
  now: number;
  /** Moves before it only tell where customers stood, and since when; later ones are counted. Milliseconds since 1970. */
  since?: number;
}

/**
 * How customers move between stages and how long they stay. Takes the transitions of one customer at a time, in time order. Memory grows
 * with the stages.
 */
export function countStageFlows({ now, since = -Infinity }: FlowSpan): {
  add(customer: string, transitions: readonly Pick<StageTransition, 'from' | 'to' | 'at'>[]): void;
  result(): StageFlow;
} {
  const stages = new Map<string, Passing>();
  const moves = new Map<string, { from?: string; to: string; counter: Counter }>();
  const moveOf = (from: string | undefined, to: string) =>
    counterEntry(moves, JSON.stringify([from, to]), () => ({
      ...(from !== undefined && { from }),
      to,
      counter: createCounter(),
    }));
  let customers = 0;

  return {
    add(customer, transitions) {
      let latest: { to: string; at: number } | undefined;
      if (transitions.length > 0) customers++;
      for (const { from, to, at: instant } of transitions) {
        const at = Date.parse(instant);
        if (at >= since) {
          const before = latest && counterEntry(stages, latest.to, passing);
          if (before) before.left++;
          before?.stay.add(at - (latest?.at ?? at));
          counterEntry(stages, to, passing).entered.add(customers, customer);
          moveOf(from, to).counter.add(customers, customer);
        }
        latest = { to, at };
      }
      if (!latest) return;
      const stage = counterEntry(stages, latest.to, passing);
      stage.standing++;
      stage.standingFor.add(Math.max(0, now - latest.at));
    },
    result: () => ({
      customers,
      stages: [...stages].map(([id, stage]) => passageOf(id, stage)),
      moves: [...moves.values()]
        .map(({ counter: own, ...move }) => {
          const { count, customers: who } = customerCountOf(own);
          return { ...move, count, customers: who };
        })
        .sort((a, b) => b.count - a.count),
    }),
  };
}

function passageOf(id: string, { entered, left, standing, ...times }: Passing): StagePassage {
  const [stay, standingFor] = [durationSpread(times.stay), durationSpread(times.standingFor)];
  return {
    id,
    entered: { count: entered.count, customers: entered.customers },
    left,
    standing,
    ...(stay && { stay }),
    ...(standingFor && { standingFor }),
  };
}

/** The same of rows that lie together by customer, each customer's in time order, as the table delivers them. */
export function createStageFlow(rows: Iterable<CustomerTransition>, now: number): StageFlow {
  const flows = countStageFlows({ now });
  let own: CustomerTransition[] = [];
  const settle = (): void => flows.add(own[0]?.customer ?? '', own);
  for (const row of rows) {
    if (own[0] && own[0].customer !== row.customer) {
      settle();
      own = [];
    }
    own.push(row);
  }
  settle();
  return flows.result();
}
