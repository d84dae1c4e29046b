import { createHash, randomUUID } from 'node:crypto';
import { type Touchpoint, type TouchpointType } from '../../model/touchpoint.ts';
import { type Json, type JsonObject, isJsonObject } from '../../shared/json.ts';
import { instantAt } from '../../shared/time.ts';
import { channelOf } from './channel.ts';
import {
  MessageRejected,
  readMessageContext,
  readIds,
  readMessageId,
  readName,
  readProperties,
  readType,
} from './message-fields.ts';
import { findLimitViolation } from './payload-limits.ts';
import { measureClockSkew, isFarFuture, readTime } from './source-clock.ts';
import { type RejectionCode, type WarningCode } from './verdict.ts';

/**
 * A touchpoint whose time may be unknown. Its time is then that of the first receipt of its id,
 * which the store reads.
 */
export type UndatedTouchpoint = Omit<Touchpoint, 'at'> & { at?: string };

/**
 * A message to be stored, with its place in the body. `skew` is its source's clock error, seconds.
 * `warning` reports an anomaly.
 */
export interface AcceptedMessage {
  draft: UndatedTouchpoint;
  index: number;
  skew?: number;
  warning?: WarningCode;
}

/**
 * What the request of a message adds to it. `index` is its place in the body, which distinguishes
 * equal messages without ids.
 */
export interface MessageContext {
  index: number;
  receivedAt: number;
  /** Type named by the route. Messages of a batch name their own. */
  type?: TouchpointType | undefined;
  /** `context` and `sentAt` of the batch, the defaults of its messages. */
  batch?: JsonObject | undefined;
}

/**
 * Makes the id of a message without one. With a time it is made of content, time and place in the
 * body, so that a retry has the same id. Without a time a retry cannot be distinguished from a
 * second event, so the id is random and both are kept.
 */
function makeMessageId(content: Omit<UndatedTouchpoint, 'messageId'>, index: number): string {
  if (content.at === undefined) return randomUUID();
  return createHash('sha256')
    .update(`${index} ${JSON.stringify(content)}`)
    .digest('base64url');
}

/** The source's time of a message, and the receipt to compare its `sentAt` with, ms. */
interface Timing {
  time: number | undefined;
  receivedAt: number;
}

/**
 * Reads the time. `timestamp` is the caller's. RudderStack's `originalTimestamp` counts only
 * without it. An event forwarded by Segment or RudderStack has both and `receivedAt`: its
 * `timestamp` is corrected already, so the original time is stored, and skew is measured at the
 * first receiver.
 */
function readTiming({ timestamp, originalTimestamp, receivedAt }: JsonObject, arrival: MessageContext): Timing {
  const [given, original, forwardedAt] = [readTime(timestamp), readTime(originalTimestamp), readTime(receivedAt)];
  const isForwarded = given !== undefined && original !== undefined && forwardedAt !== undefined;
  if (!isForwarded || Number.isNaN(forwardedAt)) return { time: given ?? original, receivedAt: arrival.receivedAt };
  return { time: original, receivedAt: forwardedAt };
}

/** What is read of a message before the rest of its fields. */
interface DraftFields {
  type: TouchpointType;
  messageId: string | undefined;
  at: number | undefined;
  arrival: MessageContext;
}

/** When a message happened, ms, and how far off its source's clock is. */
interface MessageTime {
  /** Undefined if the message has no time. */
  at: number | undefined;
  skew: number | 'implausible' | undefined;
}

/** Reads time and skew. Throws `MessageRejected` for a time that cannot be meant. */
function readMessageTime(message: JsonObject, arrival: MessageContext): MessageTime {
  const { time, receivedAt } = readTiming(message, arrival);
  if (time === undefined) return { at: undefined, skew: undefined };
  if (Number.isNaN(time)) throw new MessageRejected('invalid-timestamp');
  const skew = measureClockSkew(time, message.sentAt ?? arrival.batch?.sentAt, receivedAt);
  if (isFarFuture(time, typeof skew === 'number' ? skew : undefined, arrival.receivedAt))
    throw new MessageRejected('timestamp-in-future');
  return { at: time, skew };
}

/** Returns the touchpoint of a message. Throws `MessageRejected` for an invalid field. */
function toDraft(message: JsonObject, context: JsonObject, fields: DraftFields): UndatedTouchpoint {
  const { type, messageId, at, arrival } = fields;
  const content = {
    type,
    name: readName(message, type),
    channel: channelOf(message, context),
    ...readIds(message, type),
    properties: readProperties(message, type),
    context,
    ...(at !== undefined && { at: instantAt(at) }),
  };
  const draft = { messageId: messageId ?? makeMessageId(content, arrival.index), ...content };
  // A message without id and time is never sent again with the same id, so the present time is
  // used.
  if (messageId === undefined && draft.at === undefined) draft.at = instantAt(arrival.receivedAt);
  return draft;
}

function accept(message: JsonObject, arrival: MessageContext): AcceptedMessage {
  const { batch, index } = arrival;
  const context = readMessageContext(message, batch);
  const fault = findLimitViolation(batch?.context === undefined ? message : { ...message, context });
  if (fault) throw new MessageRejected(fault);
  const type = readType(message, arrival.type);
  const messageId = readMessageId(message.messageId);
  const { at, skew } = readMessageTime(message, arrival);
  const draft = toDraft(message, context, { type, messageId, at, arrival });
  if (skew === 'implausible') return { draft, index, warning: 'clock-implausible' };
  return skew === undefined ? { draft, index } : { draft, index, skew };
}

/**
 * Parses a message, or returns the one reason why not. The touchpoint depends on the message alone,
 * not on receipt or `sentAt`, so a retry stores the same bytes. `skew` is separate for that reason.
 * Unknown fields are omitted (`integrations`, `_metadata` with its count of retries).
 */
export function parseMessage(
  message: Json | undefined,
  arrival: MessageContext,
): AcceptedMessage | { fault: RejectionCode } {
  if (!isJsonObject(message)) return { fault: 'not-an-object' };
  try {
    return accept(message, arrival);
  } catch (error) {
    if (error instanceof MessageRejected) return { fault: error.fault };
    throw error;
  }
}
