import * as z from 'zod';
import { type Placement } from '../../decision/placements/placement.ts';
import { type Touchpoint } from '../../model/touchpoint.ts';
import { type Workspace } from '../../model/workspace.ts';
import { dayMs, type Instant } from '../../shared/time.ts';
import { type JourneyDefinition } from '../definition/journey-definition.ts';
import { seeded } from '../../shared/random.ts';
import { type Attempt, attemptWithin, type TimeLimit } from './attempts.ts';
import { type ApplyTouchpoint, newCustomer } from './customers/simulated-customer.ts';
import { Population } from './customers/population.ts';
import { SimulationResult } from './simulation-result.ts';
import { markIncomplete, runToEnd, type SimulationRequest } from './run-to-end.ts';
import { JourneySimulation } from './journey-simulation.ts';

/**
 * Recorded history of one customer: all touchpoints in order, also from before the period, and what
 * the journey did with the customer within it.
 */
export interface RecordedHistory {
  id: string;
  touchpoints: readonly Touchpoint[];
  happened: {
    entered: number;
    /** Ended enrolments by outcome. */
    ended: Record<string, number>;
    /** Messages of the journey by step. */
    sent: Record<string, number>;
    skipped: Record<string, number>;
  };
}

const Counts = z.record(z.string(), z.int());

const Difference = z.object({ happened: z.int(), would: z.int(), difference: z.int() });

/** What a version would have done to recorded customers, compared with what happened to them. */
export const ReplayResult = z.object({
  customers: z.int(),
  /**
   * True if fewer customers took part than there are: because of the requested size or the time
   * limit.
   */
  sample: z.boolean(),
  entered: Difference,
  sent: Difference,
  /** By step of the recorded or the simulated version. */
  sentBySteps: z.record(z.string(), Difference),
  ended: z.record(z.string(), Difference),
  /** Enrolments that the exit criteria would have ended, by the step they were at. */
  wouldExitAt: Counts,
  text: z.object({ en: z.string(), ko: z.string() }),
  would: SimulationResult,
});
export type ReplayResult = z.infer<typeof ReplayResult>;

type Sums = Record<string, number>;

const sum = (counts: Sums): number => Object.values(counts).reduce((all, n) => all + n, 0);

function addUp(all: readonly Sums[]): Sums {
  const total: Sums = {};
  for (const counts of all) for (const [name, n] of Object.entries(counts)) total[name] = (total[name] ?? 0) + n;
  return total;
}

const toDifference = (happened: number, would: number) => ({ happened, would, difference: would - happened });

function compareCounts(happened: Sums, would: Sums): ReplayResult['ended'] {
  const names = [...new Set([...Object.keys(happened), ...Object.keys(would)])].sort();
  return Object.fromEntries(names.map((name) => [name, toDifference(happened[name] ?? 0, would[name] ?? 0)]));
}

/** Says in a sentence what would have differed. */
function summarize({ sent, entered, wouldExitAt }: Pick<ReplayResult, 'sent' | 'entered' | 'wouldExitAt'>) {
  const [step, left = 0] = Object.entries(wouldExitAt).sort(([, a], [, b]) => b - a)[0] ?? [];
  const n = Math.abs(sent.difference);
  const more = sent.difference < 0 ? 'fewer' : 'more';
  const moreKo = sent.difference < 0 ? '줄고' : '늘고';
  const exits = {
    en: `, and ${left} would have left at "${step ?? ''}"`,
    ko: ` "${step ?? ''}" 단계에서 ${left}명이 나갔을 것입니다.`,
  };
  return {
    en: `With this version ${n} ${more} messages and ${entered.would} entries instead of ${entered.happened}${left > 0 ? exits.en : ''}.`,
    ko: `이 버전이라면 메시지가 ${n}건 ${moreKo} 진입은 ${entered.happened}건이 아니라 ${entered.would}건입니다.${left > 0 ? exits.ko : ''}`,
  };
}

/**
 * What to replay. `from` and `to` bound the period. `recorded` may also hold earlier touchpoints.
 */
export interface ReplayRequest {
  apply: ApplyTouchpoint;
  definition: JourneyDefinition;
  workspace: Workspace;
  placements: readonly Placement[];
  recorded: readonly RecordedHistory[];
  sample: boolean;
  from: Instant;
  to: Instant;
  seed: number;
}

/** Customers make their recorded touchpoints only. A simulated message or task gets no response. */
const silent = Population.parse({ responds: {}, answers: 0 });

/** Applies what a customer did before the period, and schedules what the customer did within it. */
function scheduleHistory(
  simulation: JourneySimulation,
  { id, touchpoints }: RecordedHistory,
  { from, seed }: { from: number; seed: number },
): void {
  const person = { id, traits: {}, entersAt: Date.parse(touchpoints[0]?.at ?? ''), activity: 0, random: seeded(seed) };
  const customer = newCustomer(person, simulation.context.workspace);
  for (const touchpoint of touchpoints) {
    const at = Date.parse(touchpoint.at);
    if (at < from) simulation.applyHistory(customer, touchpoint);
    else simulation.schedule(at, () => simulation.replayTouchpoint(customer, touchpoint));
  }
}

/**
 * Replays recorded touchpoints at their times against a version, with all its rules. Touchpoints
 * that recorded messages caused are replayed too, because the cause is not recorded. With a time
 * limit fewer customers may take part, the first of `recorded`.
 */
export async function replayJourney(request: ReplayRequest, limit?: TimeLimit): Promise<ReplayResult> {
  const { recorded, sample, from, to } = request;
  const days = Math.max(1, Math.ceil((Date.parse(to) - Date.parse(from)) / dayMs));
  const { result, count, complete } = await attemptWithin(recorded.length, limit, (some, isStopped) =>
    replaySome({ ...request, recorded: recorded.slice(0, some) }, { days, isStopped }),
  );
  const would = complete ? result : markIncomplete(result, { customers: recorded.length, days });
  return compareWithRecorded(recorded.slice(0, count), would, sample || !complete);
}

function replaySome(
  { apply, definition, workspace, placements, recorded, seed, ...period }: ReplayRequest,
  { days, isStopped }: { days: number; isStopped: () => boolean },
): Promise<Attempt<SimulationResult>> {
  const [from, to] = [Date.parse(period.from), Date.parse(period.to)];
  const context = {
    apply,
    definition,
    workspace,
    placements,
    population: silent,
    possibleTouchpoints: [],
    start: from,
  };
  const simulation = new JourneySimulation(context);
  for (const [place, customer] of recorded.entries())
    if (customer.touchpoints.length > 0) scheduleHistory(simulation, customer, { from, seed: seed + place });
  const simulated: SimulationRequest = { apply, definition, customers: recorded.length, days, seed, from };
  return runToEnd(simulation, simulated, { end: to, isStopped });
}

/** Compares the simulated counts with the recorded ones. */
function compareWithRecorded(
  recorded: readonly RecordedHistory[],
  would: SimulationResult,
  sample: boolean,
): ReplayResult {
  const sentWould = Object.fromEntries(
    would.steps.flatMap(({ stepId, sent }) => (sent === undefined ? [] : [[stepId, sent]])),
  );
  const happened = recorded.map((customer) => customer.happened);
  const sentBefore = addUp(happened.map(({ sent }) => sent));
  const wouldExitAt = Object.fromEntries(
    would.steps.flatMap(({ stepId, ended }) => (ended.exited ? [[stepId, ended.exited]] : [])),
  );
  const entered = happened.reduce((all, one) => all + one.entered, 0);
  const sums = {
    entered: toDifference(entered, would.entered),
    sent: toDifference(sum(sentBefore), would.sends.sent),
    wouldExitAt,
  };
  return {
    customers: recorded.length,
    sample,
    ...sums,
    sentBySteps: compareCounts(sentBefore, sentWould),
    ended: compareCounts(addUp(happened.map(({ ended }) => ended)), would.outcomes),
    text: summarize(sums),
    would,
  };
}
