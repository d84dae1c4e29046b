import * as z from 'zod';

/** Why a message was rejected, in text for developers. Codes are stable, texts are not. */
export const rejectionCodes = {
  'not-an-object': 'a message is a JSON object',
  'no-batch': '`batch` is an array of messages',
  'batch-too-long': 'a batch holds at most 2,500 messages',
  'unknown-type': '`type` is track, identify, page, screen, group or alias',
  'no-identifier': 'a message names its customer: `userId`, `anonymousId` or both',
  'no-event': 'a track message has an `event`',
  'no-group-id': 'a group message has a `groupId`',
  'no-previous-id': 'an alias message has a `previousId`',
  'invalid-id': 'an id is a string or a number, without NUL and lone surrogates',
  'id-too-long': 'an id has at most 960 bytes',
  'message-id-too-long': '`messageId` has fewer than 256 characters',
  'invalid-timestamp': '`timestamp` is an existing time, ISO 8601 or milliseconds since 1970',
  'timestamp-in-future': '`timestamp` is more than a day ahead of us',
  'invalid-properties': '`properties` and `traits` are JSON objects',
  'too-large': 'a message has at most 32 KB of JSON',
  'too-deep': 'a message nests at most 20 levels',
  'too-many-keys': 'a message has at most 1,000 keys',
  'number-out-of-range': 'a number is too large for a double',
  'customer-full': 'this customer has all the rows that a customer can have: no more can be stored',
  'not-storable': 'the table does not take this message: sending it again changes nothing',
} as const;

export type RejectionCode = keyof typeof rejectionCodes;

/** A rejected message. `count` is the number of messages it covers from `index` on, default 1. */
export const Rejection = z.object({
  index: z.int(),
  messageId: z.string().nullable(),
  code: z.enum(Object.keys(rejectionCodes) as [RejectionCode, ...RejectionCode[]]), // Object.keys forgets the names
  message: z.string(),
  count: z.int().optional(),
});
export type Rejection = z.infer<typeof Rejection>;

/**
 * An anomaly of a stored message. `clock-implausible`: `sentAt` differs from our clock by more than
 * a week, so the message's time is not corrected.
 */
export const WarningCode = z.enum(['clock-implausible']);
export type WarningCode = z.infer<typeof WarningCode>;

export const VerdictWarning = z.object({ index: z.int(), messageId: z.string().nullable(), code: WarningCode });
export type VerdictWarning = z.infer<typeof VerdictWarning>;

/**
 * Limit of warnings in a verdict. One wrong clock would cause the same for each of 2,500 messages.
 */
export const maxWarnings = 100;

/**
 * Result of a request. Accepted means durably stored. Without warnings the last two fields are
 * missing.
 */
export const Verdict = z.object({
  success: z.literal(true),
  accepted: z.int(),
  rejected: z.array(Rejection),
  warnings: z
    .array(VerdictWarning)
    .max(maxWarnings)
    .optional()
    .describe('The first of the accepted messages that are odd'),
  warned: z.int().optional().describe('Accepted messages that are odd, in all'),
});
export type Verdict = z.infer<typeof Verdict>;

/**
 * Limit of a returned `messageId`, bytes of JSON with quotes: 255 characters of ASCII. An id of
 * control characters takes six bytes for each and is omitted. So 2,500 rejections stay under 1 MB.
 */
const maxShownBytes = 257;

/**
 * Returns the source's `messageId`, by which it finds the message in its log. Null if it is not a
 * short text.
 */
function shownId(messageId: unknown): string | null {
  if (typeof messageId !== 'string' || messageId.length >= maxShownBytes) return null;
  return Buffer.byteLength(JSON.stringify(messageId)) > maxShownBytes ? null : messageId;
}

export function describeRejection(index: number, messageId: unknown, code: RejectionCode): Rejection {
  return { index, messageId: shownId(messageId), code, message: rejectionCodes[code] };
}

export function verdictWarning(index: number, messageId: unknown, code: WarningCode): VerdictWarning {
  return { index, messageId: shownId(messageId), code };
}
