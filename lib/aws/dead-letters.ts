import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { type Key } from '../keys.ts';

/** A stream record nobody can process: what it was and why, for a person to look at. The row itself stays in the table. */
export interface DeadLetter {
  function: string;
  key: Key;
  sequenceNumber: string;
  reason: string;
}

/** Returns when the queue holds the letter; throws otherwise, so that the record is tried again. At least once. */
export type DeadLetters = (letter: DeadLetter) => Promise<void>;

export function deadLetterQueue(client: SQSClient, QueueUrl: string): DeadLetters {
  return async (letter) => {
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(letter) }));
  };
}
