import { createHash } from 'node:crypto';
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { JsonObject } from '../shared/json.ts';
import { Instant } from '../shared/time.ts';

/** What a function says of a record that it puts aside. */
export const LetterDraft = z.object({
  function: z.string(),
  /** Key of the row. The row itself stays in the table. */
  key: z.object({ pk: z.string(), sk: z.string() }),
  sequenceNumber: z.string(),
  /** A code, then what is known besides. */
  reason: z.string(),
  /** What of the record is still to be done, where its row alone does not say it. */
  work: JsonObject.optional(),
  /** Which of several letters of one record. */
  part: z.int().min(1).optional(),
});
export type LetterDraft = z.infer<typeof LetterDraft>;

/**
 * A stream record that was put aside. `id` is the same however often the letter is written, so a letter that comes twice is recognised.
 * Letters carry ids; `work` carries what a signal carries, which is at most 4 KB of a touchpoint's properties.
 */
export const DeadLetter = LetterDraft.extend({ id: z.string(), at: Instant });
export type DeadLetter = z.infer<typeof DeadLetter>;

/** 128 bits of function, key, sequence number and part. */
export function letterId({ function: name, key, sequenceNumber, part }: LetterDraft): string {
  const parts = [name, key.pk, key.sk, sequenceNumber, ...(part === undefined ? [] : [part])];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

const maxReasonLength = 1_000;

/** Bytes of JSON that a message of SQS holds in every account: 256 KB, less what its attributes may take. */
const maxLetterBytes = 250_000;

/** Work that no message holds is left out: the letter then names the row only. */
export function writeLetter(draft: LetterDraft, at: Instant): DeadLetter {
  const { work, ...rest } = draft;
  const letter = { id: letterId(draft), ...rest, reason: draft.reason.slice(0, maxReasonLength), at };
  const whole = work ? { ...letter, work } : letter;
  return Buffer.byteLength(JSON.stringify(whole)) <= maxLetterBytes ? whole : letter;
}

/** Letters written before they had an id and a time are read too: the id is made as it is made now. */
export function readLetter(body: unknown): DeadLetter | undefined {
  const draft = LetterDraft.safeParse(body);
  if (!draft.success) return undefined;
  const letter = DeadLetter.safeParse(body);
  return letter.success ? letter.data : { ...draft.data, id: letterId(draft.data), at: new Date(0).toISOString() };
}

/**
 * Returns when the queue holds the letter; throws otherwise, so that the record is tried again. At least once; an environment does not
 * send a letter again that it has sent.
 */
export type DeadLetters = (letter: DeadLetter) => Promise<void>;

/** Letters an environment remembers: of several batches in which every record is poison. */
const maxRemembered = 5_000;

export function deadLetterQueue(client: SQSClient, QueueUrl: string): DeadLetters {
  const sent = new Set<string>();
  return async (letter) => {
    if (sent.has(letter.id)) return;
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(letter) }));
    if (sent.size >= maxRemembered) sent.clear();
    sent.add(letter.id);
  };
}
