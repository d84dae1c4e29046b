import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { findPermanentRefusal } from './table/write-refusal.ts';

/** The parts of Lambda's context we read. */
interface Invocation {
  awsRequestId?: string;
  invokedFunctionArn?: string;
}

/** Puts an event aside. Returns when the queue holds it; throws otherwise, so that the event is tried again. At least once. */
type PutAside = (event: unknown, error: unknown, invocation: Invocation) => Promise<void>;

/** The letter has the shape of what Lambda itself sends for an event that failed three times, under a condition of its own. */
export function refusedEventQueue(client: SQSClient, QueueUrl: string): PutAside {
  return async (event, error, { awsRequestId: requestId, invokedFunctionArn: functionArn }) => {
    const [errorType, errorMessage] = error instanceof Error ? [error.name, error.message] : ['Error', String(error)];
    const letter = {
      version: '1.0',
      timestamp: new Date().toISOString(),
      requestContext: { requestId, functionArn, condition: 'WriteRefused', approximateInvokeCount: 1 },
      requestPayload: event,
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      responsePayload: { errorType, errorMessage, trace: [] },
    };
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(letter) }));
  };
}

/** Whether EventBridge sent it. A step of a journey is called without. */
const isBusEvent = (event: unknown): boolean => typeof event === 'object' && event !== null && 'detail-type' in event;

/**
 * A handler of events nobody waits for. Lambda would try an event three times whatever its error; here one whose write DynamoDB will
 * never take ends at once in the dead letters, with the refusal and its keys. Every other error is thrown as before. After a crash
 * between letter and return Lambda tries the event again: it is refused again, and there are two letters. `ends` tells which calls end so.
 */
export function endingRefused<Event, Context, Result>(
  handle: (event: Event, context: Context) => Promise<Result>,
  putAside: PutAside,
  ends: (event: Event) => boolean = isBusEvent,
): (event: Event, context: Context & Invocation) => Promise<Result | undefined> {
  return async (event, context) => {
    try {
      return await handle(event, context);
    } catch (error) {
      if (!ends(event) || !findPermanentRefusal(error)) throw error;
      console.error(error);
      await putAside(event, error, context);
      return undefined;
    }
  };
}
