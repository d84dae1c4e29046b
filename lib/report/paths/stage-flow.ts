import { type StageTransition } from '../../model/stage.ts';
import { type CustomerCount, createCounter, type Counter, counterEntry } from './counter.ts';
import { type Durations, durations, type DurationSpread, durationSpread } from './durations.ts';

/** How customers passed through a stage. */
export interface StagePassage {
  id: string;
  /** Entries: how often, and how many customers. */
  entered: { count: number; customers: number };
  /** How often customers left it, and how many stand in it now. */
  left: number;
  standing: number;
  /** Time of the stays that have ended. Customers who still stand here are not included. */
  stay?: DurationSpread;
  /** How long the customers who stand here now have stood. */
  standingFor?: DurationSpread;
}

/** Stages with their passages, and the moves between them. */
export interface StageFlow {
  customers: number;
  stages: StagePassage[];
  /** Moves between stages; `from` is missing where a customer entered for the first time. */
  moves: ({ from?: string; to: string } & Omit<CustomerCount, 'paths'>)[];
}

/** A customer's transition as the table holds it. */
export type CustomerTransition = { customer: string } & Pick<StageTransition, 'from' | 'to' | 'at'>;

/** Counts of one stage while customers pass. */
interface StageCounts {
  entered: Counter;
  left: number;
  standing: number;
  stay: Durations;
  standingFor: Durations;
}

const createStageCounts = (): StageCounts => ({
  entered: createCounter(),
  left: 0,
  standing: 0,
  stay: durations(),
  standingFor: durations(),
});

/** The time that flows are counted in, ms since 1970. */
export interface FlowSpan {
  /** The end: the time that customers have stood in their stage is counted up to it. */
  now: number;
  /** Moves before it are not counted. They tell where customers stood, and since when. */
  since?: number;
}

interface CountedMove {
  from?: string;
  to: string;
  counter: Counter;
}

/** The flows that are counted while customers pass. */
interface CountedFlow {
  stages: Map<string, StageCounts>;
  moves: Map<string, CountedMove>;
  customers: number;
}

/** The stage a customer stands in, and since when, ms since 1970. */
interface Position {
  to: string;
  at: number;
}

type Transition = Pick<StageTransition, 'from' | 'to' | 'at'>;

function countMove(flow: CountedFlow, customer: string, { from, to }: Transition): void {
  const move = counterEntry(flow.moves, JSON.stringify([from, to]), () => ({
    ...(from !== undefined && { from }),
    to,
    counter: createCounter(),
  }));
  counterEntry(flow.stages, to, createStageCounts).entered.add(flow.customers, customer);
  move.counter.add(flow.customers, customer);
}

function countLeaving(flow: CountedFlow, left: Position | undefined, at: number): void {
  if (!left) return;
  const stage = counterEntry(flow.stages, left.to, createStageCounts);
  stage.left++;
  stage.stay.add(at - left.at);
}

function countCustomer(
  flow: CountedFlow,
  { customer, transitions }: { customer: string; transitions: readonly Transition[] },
  { now, since = -Infinity }: FlowSpan,
): void {
  let latest: Position | undefined;
  if (transitions.length > 0) flow.customers++;
  for (const transition of transitions) {
    const at = Date.parse(transition.at);
    if (at >= since) {
      countLeaving(flow, latest, at);
      countMove(flow, customer, transition);
    }
    latest = { to: transition.to, at };
  }
  if (!latest) return;
  const stage = counterEntry(flow.stages, latest.to, createStageCounts);
  stage.standing++;
  stage.standingFor.add(Math.max(0, now - latest.at));
}

function showStage(id: string, { entered, left, standing, ...times }: StageCounts): StagePassage {
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

function showMove({ counter, ...move }: CountedMove): StageFlow['moves'][number] {
  return { ...move, count: counter.count, customers: counter.customers };
}

/**
 * Counts how customers move between stages and how long they stay. Takes the transitions of one
 * customer at a time, in time order. Memory grows with the stages.
 */
export function countStageFlows(span: FlowSpan): {
  add(customer: string, transitions: readonly Transition[]): void;
  result(): StageFlow;
} {
  const flow: CountedFlow = { stages: new Map(), moves: new Map(), customers: 0 };
  return {
    add: (customer, transitions) => countCustomer(flow, { customer, transitions }, span),
    result: () => ({
      customers: flow.customers,
      stages: [...flow.stages].map(([id, stage]) => showStage(id, stage)),
      moves: [...flow.moves.values()].map(showMove).sort((a, b) => b.count - a.count),
    }),
  };
}

/**
 * Returns the flow of rows that are grouped by customer and in time order, as the table returns
 * them.
 */
export function createStageFlow(rows: Iterable<CustomerTransition>, now: number): StageFlow {
  const flows = countStageFlows({ now });
  let own: CustomerTransition[] = [];
  const addOwn = (): void => flows.add(own[0]?.customer ?? '', own);
  for (const row of rows) {
    if (own[0] && own[0].customer !== row.customer) {
      addOwn();
      own = [];
    }
    own.push(row);
  }
  addOwn();
  return flows.result();
}
