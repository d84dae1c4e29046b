import { Rejected } from '../errors.ts';
import { type JsonObject } from '../json.ts';
import { type Accepted, type Arrival, readMessage } from './message.ts';
import { type TouchpointType } from './touchpoint.ts';
import { type Fault, type Rejection, type Verdict, rejection } from './verdict.ts';

/**
 * Messages of one batch, and lines of its verdict. The library that overshoots Segment's 500 KB still stays below. A verdict of so many
 * rejections is under 1 MB; Lambda's answers end at 6 MB.
 */
export const maxMessages = 2_500;

const single = {
  track: 'track',
  identify: 'identify',
  page: 'page',
  screen: 'screen',
  group: 'group',
  alias: 'alias',
  t: 'track',
  i: 'identify',
  p: 'page',
  s: 'screen',
  g: 'group',
  a: 'alias',
} as const satisfies Record<string, TouchpointType>;

/** The last part of a route: one message of a type, a batch of any, or the metrics of a browser library, which nobody wants. */
export type Kind = { type: TouchpointType } | 'batch' | 'metrics';

const others: Record<string, Kind> = { batch: 'batch', import: 'batch', b: 'batch', m: 'metrics' };

export function kindOf(path: string): Kind | undefined {
  if (Object.hasOwn(single, path)) return { type: single[path as keyof typeof single] };
  return Object.hasOwn(others, path) ? others[path] : undefined;
}

/** What a body holds: messages fit to be stored, and a reason for each of the others. */
export interface Sorted {
  accepted: Accepted[];
  rejected: Rejection[];
}

/**
 * Reads every message of a body, up to the limit of a batch. None of them can spoil another. Those past the limit are not looked at: one
 * rejection stands for all of them, so that a short body of 60,000 elements makes no long answer.
 */
export function sortMessages(kind: Exclude<Kind, 'metrics'>, body: JsonObject, receivedAt: number): Sorted {
  const sorted: Sorted = { accepted: [], rejected: [] };
  if (kind !== 'batch') {
    read(sorted, body, { index: 0, receivedAt, type: kind.type });
    return sorted;
  }
  if (!Array.isArray(body.batch)) return { accepted: [], rejected: [rejection(0, undefined, 'no-batch')] };
  const messages = body.batch.slice(0, maxMessages);
  messages.forEach((message, index) => read(sorted, message, { index, receivedAt, batch: body }));
  const left = body.batch.length - messages.length;
  if (left > 0) sorted.rejected.push({ ...rejection(maxMessages, undefined, 'batch-too-long'), count: left });
  return sorted;
}

function read({ accepted, rejected }: Sorted, message: JsonObject[string], arrival: Arrival): void {
  const outcome = readMessage(message, arrival);
  if ('draft' in outcome) accepted.push(outcome);
  else rejected.push(rejection(arrival.index, messageIdOf(message), outcome.fault));
}

const messageIdOf = (message: JsonObject[string] | undefined): unknown =>
  typeof message === 'object' && message !== null && 'messageId' in message ? message.messageId : undefined;

export function verdictOf({ accepted, rejected }: Sorted): Verdict {
  return { success: true, accepted: accepted.length, rejected };
}

/** In strict mode a request is taken whole or not at all: a developer's test wants to fail, a library's batch must not. */
export function refuseAny({ rejected }: Sorted): void {
  if (rejected.length > 0) throw new Rejected('messages.rejected', { accepted: 0, rejected });
}

/** Messages that a rejection stands for. */
const countOf = ({ count = 1 }: Rejection): number => count;

/** Messages that were rejected. */
export const rejectedCount = (rejected: readonly Rejection[]): number =>
  rejected.reduce((all, one) => all + countOf(one), 0);

/** How often each fault occurred. */
export function faultCounts(rejected: readonly Rejection[]): Partial<Record<Fault, number>> {
  const counts: Partial<Record<Fault, number>> = {};
  for (const one of rejected) counts[one.code] = (counts[one.code] ?? 0) + countOf(one);
  return counts;
}
