import { Rejected } from '../../shared/errors.ts';
import { type JsonObject } from '../../shared/json.ts';
import { type AcceptedMessage, type MessageContext, parseMessage } from './parse-message.ts';
import { type TouchpointType } from '../../model/touchpoint.ts';
import { type NotStored } from './touchpoint-store.ts';
import {
  type RejectionCode,
  maxWarnings,
  type Rejection,
  describeRejection,
  type Verdict,
  type VerdictWarning,
  verdictWarning,
} from './verdict.ts';

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
export type RouteKind = { type: TouchpointType } | 'batch' | 'metrics';

const others: Record<string, RouteKind> = { batch: 'batch', import: 'batch', b: 'batch', m: 'metrics' };

export function routeKind(path: string): RouteKind | undefined {
  if (Object.hasOwn(single, path)) return { type: single[path as keyof typeof single] };
  return Object.hasOwn(others, path) ? others[path] : undefined;
}

/** What a body holds: messages fit to be stored, a reason for each of the others, and what is odd about some of the first. */
export interface ParsedBatch {
  accepted: AcceptedMessage[];
  rejected: Rejection[];
  /** At most `maxWarnings`; `warned` counts all. */
  warnings: VerdictWarning[];
  warned: number;
}

/**
 * Reads every message of a body, up to the limit of a batch. None of them can spoil another. Those past the limit are not looked at: one
 * rejection stands for all of them, so that a short body of 60,000 elements makes no long answer.
 */
export function parseMessages(kind: Exclude<RouteKind, 'metrics'>, body: JsonObject, receivedAt: number): ParsedBatch {
  const sorted: ParsedBatch = { accepted: [], rejected: [], warnings: [], warned: 0 };
  if (kind !== 'batch') {
    read(sorted, body, { index: 0, receivedAt, type: kind.type });
    return sorted;
  }
  if (!Array.isArray(body.batch)) return { ...sorted, rejected: [describeRejection(0, undefined, 'no-batch')] };
  const messages = body.batch.slice(0, maxMessages);
  messages.forEach((message, index) => read(sorted, message, { index, receivedAt, batch: body }));
  const left = body.batch.length - messages.length;
  if (left > 0) sorted.rejected.push({ ...describeRejection(maxMessages, undefined, 'batch-too-long'), count: left });
  return sorted;
}

function read(sorted: ParsedBatch, message: JsonObject[string], arrival: MessageContext): void {
  const { index } = arrival;
  const outcome = parseMessage(message, arrival);
  if ('fault' in outcome) {
    sorted.rejected.push(describeRejection(index, messageIdOf(message), outcome.fault));
    return;
  }
  sorted.accepted.push(outcome);
  if (outcome.warning === undefined) return;
  sorted.warned++;
  if (sorted.warnings.length >= maxWarnings) return;
  sorted.warnings.push(verdictWarning(index, messageIdOf(message), outcome.warning));
}

const messageIdOf = (message: JsonObject[string] | undefined): unknown =>
  typeof message === 'object' && message !== null && 'messageId' in message ? message.messageId : undefined;

/** What the table never takes, of what was fit to be stored, is rejected too. */
export function withoutRefused(sorted: ParsedBatch, refused: readonly NotStored[]): ParsedBatch {
  if (refused.length === 0) return sorted;
  const { accepted, rejected } = sorted;
  const places = new Set(refused.map(({ message }) => message.index));
  const named = refused.map(({ message: { index, draft }, code }) => describeRejection(index, draft.messageId, code));
  return {
    ...sorted,
    accepted: accepted.filter(({ index }) => !places.has(index)),
    rejected: [...rejected, ...named].sort((a, b) => a.index - b.index),
  };
}

export function verdictOf({ accepted, rejected, warnings, warned }: ParsedBatch): Verdict {
  return { success: true, accepted: accepted.length, rejected, ...(warned > 0 && { warnings, warned }) };
}

/**
 * In strict mode a request is taken whole or not at all: a developer's test wants to fail, a library's batch must not. What the table
 * never takes shows only once the others are stored: these stay, and `stored` says how many.
 */
export function rejectIfAny({ rejected }: ParsedBatch, stored = 0): void {
  if (rejected.length > 0) throw new Rejected('messages.rejected', { accepted: stored, rejected });
}

/** Messages that a rejection stands for. */
const countOf = ({ count = 1 }: Rejection): number => count;

/** Messages that were rejected. */
export const rejectedCount = (rejected: readonly Rejection[]): number =>
  rejected.reduce((all, one) => all + countOf(one), 0);

/** How often each fault occurred. */
export function rejectionCounts(rejected: readonly Rejection[]): Partial<Record<RejectionCode, number>> {
  const counts: Partial<Record<RejectionCode, number>> = {};
  for (const one of rejected) counts[one.code] = (counts[one.code] ?? 0) + countOf(one);
  return counts;
}
