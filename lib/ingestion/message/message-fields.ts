import { maxIdBytes } from '../../model/customer.ts';
import { TouchpointType } from '../../model/touchpoint.ts';
import { type Json, type JsonObject, isJsonObject } from '../../shared/json.ts';
import { compact } from '../../shared/records.ts';
import { type RejectionCode } from './verdict.ts';

/** The one reason why a message is not accepted. */
export class MessageRejected extends Error {
  readonly fault: RejectionCode;
  constructor(fault: RejectionCode) {
    super(fault);
    this.fault = fault;
  }
}

/**
 * Segment's limit of a message's id, characters: at most 765 bytes, so a sort key holds it after a
 * range and a time.
 */
const messageIdLimit = 256;

const types: ReadonlySet<unknown> = new Set(TouchpointType.options);

const isType = (named: unknown): named is TouchpointType => types.has(named);

const nameOf = {
  identify: 'Identified',
  page: 'Page Viewed',
  screen: 'Screen Viewed',
  group: 'Joined Group',
  alias: 'Aliased',
} as const;

/**
 * Returns an id as text, or undefined if it is missing, null or empty. Throws `MessageRejected` for
 * an invalid id.
 */
function readId(value: Json | undefined): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const id = typeof value === 'number' ? String(value) : value;
  if (typeof id !== 'string' || !id.isWellFormed() || id.includes('\0')) throw new MessageRejected('invalid-id');
  if (id.length * 3 > maxIdBytes && Buffer.byteLength(id) > maxIdBytes) throw new MessageRejected('id-too-long');
  return id;
}

/** Returns the id of a message, or undefined if it has none. */
export function readMessageId(value: Json | undefined): string | undefined {
  const id = readId(value);
  if (id !== undefined && id.length >= messageIdLimit) throw new MessageRejected('message-id-too-long');
  return id;
}

/** Returns the type that the route or the message names. */
export function readType(message: JsonObject, routeType: TouchpointType | undefined): TouchpointType {
  const named = routeType ?? message.type ?? message.action;
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
export function readProperties(message: JsonObject, type: TouchpointType): JsonObject {
  if (type === 'identify' || type === 'group') return readObject(message.traits);
  const properties = readObject(message.properties);
  if (type !== 'page' && type !== 'screen') return properties;
  const { name, category } = message;
  return { ...(name != null && { name }), ...(category != null && { category }), ...properties };
}

/** Returns the name of a track's event, or the name of its type for other messages. */
export function readName(message: JsonObject, type: TouchpointType): string {
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

function readPreviousId({ previousId, from }: JsonObject): string {
  const id = readId(previousId ?? from);
  if (id === undefined) throw new MessageRejected('no-previous-id');
  return id;
}

function readGroupId({ groupId }: JsonObject, type: TouchpointType): string | undefined {
  const id = readId(groupId);
  if (type === 'group' && id === undefined) throw new MessageRejected('no-group-id');
  return id;
}

/** Returns the ids of a message. Throws `MessageRejected` if it names no customer. */
export function readIds(message: JsonObject, type: TouchpointType): Ids {
  const isAlias = type === 'alias';
  const userId = readId(message.userId ?? (isAlias ? message.to : undefined));
  const anonymousId = readId(message.anonymousId);
  if (userId === undefined && anonymousId === undefined) throw new MessageRejected('no-identifier');
  const previousId = isAlias ? readPreviousId(message) : undefined;
  return compact({ userId, anonymousId, previousId, groupId: readGroupId(message, type) });
}

/** Returns the message's `context` over the one of its batch. */
export function readMessageContext(message: JsonObject, batch: JsonObject | undefined): JsonObject {
  const own = isJsonObject(message.context) ? message.context : {};
  return isJsonObject(batch?.context) ? { ...batch.context, ...own } : own;
}
