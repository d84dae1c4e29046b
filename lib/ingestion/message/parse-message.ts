import { createHash, randomUUID } from 'node:crypto';
import { maxIdBytes } from '../../model/customer.ts';
import { type Json, type JsonObject, isJsonObject } from '../../shared/json.ts';
import { instantAt } from '../../shared/time.ts';
import { channelOf } from './channel.ts';
import { measureClockSkew, isFarFuture, readTime } from './source-clock.ts';
import { findLimitViolation } from './payload-limits.ts';
import { type Touchpoint, TouchpointType } from '../../model/touchpoint.ts';
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
 * Segment's limit, characters: at most 765 bytes, so a sort key holds it after a range and a time.
 * Returns an id as text, or undefined if it is missing, null or empty. Throws `MessageRejected` for
 * an invalid id.
 */
const messageIdLimit = 256;

class MessageRejected extends Error {
  readonly fault: RejectionCode;
  constructor(fault: RejectionCode) {
    super(fault);
    this.fault = fault;
  }
}

const types: ReadonlySet<unknown> = new Set(TouchpointType.options);

const isType = (named: unknown): named is TouchpointType => types.has(named);

const nameOf = {
  identify: 'Identified',
  page: 'Page Viewed',
  screen: 'Screen Viewed',
  group: 'Joined Group',
  alias: 'Aliased',
} as const;

/** An id as text; undefined when it is missing, null or empty. */
function readId(value: Json | undefined): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const id = typeof value === 'number' ? String(value) : value;
  if (typeof id !== 'string' || !id.isWellFormed() || id.includes('\0')) throw new MessageRejected('invalid-id');
  if (id.length * 3 > maxIdBytes && Buffer.byteLength(id) > maxIdBytes) throw new MessageRejected('id-too-long');
  return id;
}

function readMessageId(value: Json | undefined): string | undefined {
  const id = readId(value);
  if (id !== undefined && id.length >= messageIdLimit) throw new MessageRejected('message-id-too-long');
  return id;
}

function readType(message: JsonObject, { type }: MessageContext): TouchpointType {
  const named = type ?? message.type ?? message.action;
  if (!isType(named)) throw new MessageRejected('unknown-type');
  return named;
}

function readObject(value: Json | undefined): JsonObject {
  if (value === undefined || value === null) return {};
  if (!isJsonObject(value)) throw new MessageRejected('invalid-properties');
  return value;
}

/**
 * Returns the properties. A page's or screen's name and category, which are top-level fields, are
 * added to them, as Segment's libraries do.
 */
function readProperties(message: JsonObject, type: TouchpointType): JsonObject {
  if (type === 'identify' || type === 'group') return readObject(message.traits);
  const properties = readObject(message.properties);
  if (type !== 'page' && type !== 'screen') return properties;
  const { name, category } = message;
  return { ...(name != null && { name }), ...(category != null && { category }), ...properties };
}

function readName(message: JsonObject, type: TouchpointType): string {
  if (type !== 'track') return nameOf[type];
  if (typeof message.event !== 'string' || message.event === '') throw new MessageRejected('no-event');
  return message.event;
}

interface Ids {
  userId?: string;
  anonymousId?: string;
  previousId?: string;
  groupId?: string;
}

function readIds(message: JsonObject, type: TouchpointType): Ids {
  const userId = readId(message.userId ?? (type === 'alias' ? message.to : undefined));
  const anonymousId = readId(message.anonymousId);
  if (userId === undefined && anonymousId === undefined) throw new MessageRejected('no-identifier');
  const previousId = type === 'alias' ? readId(message.previousId ?? message.from) : undefined;
  if (type === 'alias' && previousId === undefined) throw new MessageRejected('no-previous-id');
  const groupId = readId(message.groupId);
  if (type === 'group' && groupId === undefined) throw new MessageRejected('no-group-id');
  return {
    ...(userId !== undefined && { userId }),
    ...(anonymousId !== undefined && { anonymousId }),
    ...(previousId !== undefined && { previousId }),
    ...(groupId !== undefined && { groupId }),
  };
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

function readContext(message: JsonObject, batch: JsonObject | undefined): JsonObject {
  const own = isJsonObject(message.context) ? message.context : {};
  return isJsonObject(batch?.context) ? { ...batch.context, ...own } : own;
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

function accept(message: JsonObject, arrival: MessageContext): AcceptedMessage {
  const { batch, index, receivedAt } = arrival;
  const context = readContext(message, batch);
  const fault = findLimitViolation(batch?.context === undefined ? message : { ...message, context });
  if (fault) throw new MessageRejected(fault);
  const type = readType(message, arrival);
  const messageId = readMessageId(message.messageId);
  const { time, receivedAt: firstReceivedAt } = readTiming(message, arrival);
  if (Number.isNaN(time)) throw new MessageRejected('invalid-timestamp');
  const found =
    time === undefined ? undefined : measureClockSkew(time, message.sentAt ?? batch?.sentAt, firstReceivedAt);
  const skew = typeof found === 'number' ? found : undefined;
  if (time !== undefined && isFarFuture(time, skew, receivedAt)) throw new MessageRejected('timestamp-in-future');
  const content = {
    type,
    name: readName(message, type),
    channel: channelOf(message, context),
    ...readIds(message, type),
    properties: readProperties(message, type),
    context,
    ...(time !== undefined && { at: instantAt(time) }),
  };
  const draft = { messageId: messageId ?? makeMessageId(content, index), ...content };
  // A message without id and time is never sent again with the same id, so the present time is
  // used.
  if (messageId === undefined && draft.at === undefined) draft.at = instantAt(receivedAt);
  if (found === 'implausible') return { draft, index, warning: 'clock-implausible' };
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
