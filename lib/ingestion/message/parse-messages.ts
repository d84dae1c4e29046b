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
 * Limit of messages in a batch. A library that exceeds Segment's 500 KB still fits. A verdict of as
 * many rejections is under 1 MB; Lambda's answers are limited to 6 MB.
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

/**
 * What a route's last part accepts: one message of a type, a batch of any, or a browser library's
 * metrics, which are not stored.
 */
export type RouteKind = { type: TouchpointType } | 'batch' | 'metrics';

const others: Record<string, RouteKind> = { batch: 'batch', import: 'batch', b: 'batch', m: 'metrics' };

/** Returns the kind of a route by its last part, or undefined if it is unknown. */
export function routeKind(path: string): RouteKind | undefined {
  if (Object.hasOwn(single, path)) return { type: single[path as keyof typeof single] };
  return Object.hasOwn(others, path) ? others[path] : undefined;
}

/** The messages of a body: accepted ones, rejections, and warnings on accepted ones. */
export interface ParsedBatch {
  accepted: AcceptedMessage[];
  rejected: Rejection[];
  /** At most `maxWarnings`. `warned` counts all. */
  warnings: VerdictWarning[];
  warned: number;
}

/**
 * Parses every message of a body independently, up to `maxMessages`. Those past it are not read:
 * one rejection counts them, so that a short body of 60,000 elements causes no long answer.
 */
export function parseMessages(kind: Exclude<RouteKind, 'metrics'>, body: JsonObject, receivedAt: number): ParsedBatch {
  const parsed: ParsedBatch = { accepted: [], rejected: [], warnings: [], warned: 0 };
  if (kind !== 'batch') {
    addMessage(parsed, body, { index: 0, receivedAt, type: kind.type });
    return parsed;
  }
  if (!Array.isArray(body.batch)) return { ...parsed, rejected: [describeRejection(0, undefined, 'no-batch')] };
  const messages = body.batch.slice(0, maxMessages);
  messages.forEach((message, index) => addMessage(parsed, message, { index, receivedAt, batch: body }));
  const left = body.batch.length - messages.length;
  if (left > 0) parsed.rejected.push({ ...describeRejection(maxMessages, undefined, 'batch-too-long'), count: left });
  return parsed;
}

function addMessage(parsed: ParsedBatch, message: JsonObject[string], arrival: MessageContext): void {
  const { index } = arrival;
  const outcome = parseMessage(message, arrival);
  if ('fault' in outcome) {
    parsed.rejected.push(describeRejection(index, messageIdOf(message), outcome.fault));
    return;
  }
  parsed.accepted.push(outcome);
  if (outcome.warning === undefined) return;
  parsed.warned++;
  if (parsed.warnings.length >= maxWarnings) return;
  parsed.warnings.push(verdictWarning(index, messageIdOf(message), outcome.warning));
}

const messageIdOf = (message: JsonObject[string] | undefined): unknown =>
  typeof message === 'object' && message !== null && 'messageId' in message ? message.messageId : undefined;

/** Moves accepted messages that the table will never accept to the rejections. */
export function withoutRefused(parsed: ParsedBatch, refused: readonly NotStored[]): ParsedBatch {
  if (refused.length === 0) return parsed;
  const { accepted, rejected } = parsed;
  const places = new Set(refused.map(({ message }) => message.index));
  const named = refused.map(({ message: { index, draft }, code }) => describeRejection(index, draft.messageId, code));
  return {
    ...parsed,
    accepted: accepted.filter(({ index }) => !places.has(index)),
    rejected: [...rejected, ...named].sort((a, b) => a.index - b.index),
  };
}

/** Returns the verdict on a batch. */
export function verdictOf({ accepted, rejected, warnings, warned }: ParsedBatch): Verdict {
  return { success: true, accepted: accepted.length, rejected, ...(warned > 0 && { warnings, warned }) };
}

/**
 * Strict mode: throws `messages.rejected` if any message was rejected, so that a developer's test
 * fails. A refusal by the table shows only after the others are stored; those stay, and `stored`
 * counts them.
 */
export function rejectIfAny({ rejected }: ParsedBatch, stored = 0): void {
  if (rejected.length > 0) throw new Rejected('messages.rejected', { accepted: stored, rejected });
}

/** Messages that a rejection counts. */
const countOf = ({ count = 1 }: Rejection): number => count;

/** Returns how many messages were rejected. */
export const rejectedCount = (rejected: readonly Rejection[]): number =>
  rejected.reduce((all, one) => all + countOf(one), 0);

/** Counts rejections by code. */
export function rejectionCounts(rejected: readonly Rejection[]): Partial<Record<RejectionCode, number>> {
  const counts: Partial<Record<RejectionCode, number>> = {};
  for (const one of rejected) counts[one.code] = (counts[one.code] ?? 0) + countOf(one);
  return counts;
}
