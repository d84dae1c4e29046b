import { createHash } from 'node:crypto';
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { JsonObject } from '../shared/json.ts';
import { Instant } from '../shared/time.ts';

/** A dead letter as a function writes it, before it has an id. */
export const LetterDraft = z.object({
  function: z.string(),
  /** Key of the row. The row itself stays in the table. */
  key: z.object({ pk: z.string(), sk: z.string() }),
  sequenceNumber: z.string(),
  /** A code, then details. */
  reason: z.string(),
  /** The work that remains, if the row alone does not determine it. */
  work: JsonObject.optional(),
  /** The number of this letter, if a record has several. */
  part: z.int().min(1).optional(),
});
export type LetterDraft = z.infer<typeof LetterDraft>;

/**
 * A stream record that was put aside. `id` is the same for every writing of the letter, so a
 * duplicate is recognised. Letters carry ids; `work` carries a signal with at most 4 KB of a
 * touchpoint's properties.
 */
export const DeadLetter = LetterDraft.extend({ id: z.string(), at: Instant });
export type DeadLetter = z.infer<typeof DeadLetter>;

/** Returns an id of 128 bits, made of function, key, sequence number and part. */
export function letterId({ function: name, key, sequenceNumber, part }: LetterDraft): string {
  const parts = [name, key.pk, key.sk, sequenceNumber, ...(part === undefined ? [] : [part])];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

const maxReasonLength = 1_000;

/**
 * Limit of a letter, bytes of JSON. SQS accepts 256 KB in every account, and attributes use some.
 */
const maxLetterBytes = 250_000;

/**
 * Returns the letter. `work` that exceeds the limit is omitted, and the letter then names the row
 * only.
 */
export function writeLetter(draft: LetterDraft, at: Instant): DeadLetter {
  const { work, ...rest } = draft;
  const letter = { id: letterId(draft), ...rest, reason: draft.reason.slice(0, maxReasonLength), at };
  const whole = work ? { ...letter, work } : letter;
  return Buffer.byteLength(JSON.stringify(whole)) <= maxLetterBytes ? whole : letter;
}

/**
 * Parses a letter, also one from before letters had `id` and `at`: its id is computed. Returns
 * undefined for other bodies.
 */
export function readLetter(body: unknown): DeadLetter | undefined {
  const draft = LetterDraft.safeParse(body);
  if (!draft.success) return undefined;
  const letter = DeadLetter.safeParse(body);
  return letter.success ? letter.data : { ...draft.data, id: letterId(draft.data), at: new Date(0).toISOString() };
}

/**
 * Sends a letter. Resolves when the queue has stored it, and rejects otherwise, so that the record
 * is retried. At least once; one environment sends a letter once.
 */
export type DeadLetters = (letter: DeadLetter) => Promise<void>;

/** Letters remembered by an environment: several batches in which every record is poison. */
const maxRemembered = 5_000;

/** The queue of dead letters. */
export function deadLetterQueue(client: SQSClient, QueueUrl: string): DeadLetters {
  const sent = new Set<string>();
  return async (letter) => {
    if (sent.has(letter.id)) return;
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(letter) }));
    if (sent.size >= maxRemembered) sent.clear();
    sent.add(letter.id);
  };
}
