import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { findPermanentRefusal } from './table/write-refusal.ts';

/** The fields of Lambda's context that are used. */
interface Invocation {
  awsRequestId?: string;
  invokedFunctionArn?: string;
}

/**
 * Puts an event aside. Resolves when the queue has stored it, and rejects otherwise, so that the
 * event is retried. At least once.
 */
type PutAside = (event: unknown, error: unknown, invocation: Invocation) => Promise<void>;

/**
 * Returns the letter of an event. It has the format of Lambda's own for an event that failed three
 * times, with a condition of its own.
 */
function writeFailureRecord(event: unknown, error: unknown, invocation: Invocation) {
  const { awsRequestId: requestId, invokedFunctionArn: functionArn } = invocation;
  const [errorType, errorMessage] = error instanceof Error ? [error.name, error.message] : ['Error', String(error)];
  return {
    version: '1.0',
    timestamp: new Date().toISOString(),
    requestContext: { requestId, functionArn, condition: 'WriteRefused', approximateInvokeCount: 1 },
    requestPayload: event,
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    responsePayload: { errorType, errorMessage, trace: [] },
  };
}

/** The queue of events that DynamoDB will never accept. */
export function refusedEventQueue(client: SQSClient, QueueUrl: string): PutAside {
  return async (event, error, invocation) => {
    const letter = writeFailureRecord(event, error, invocation);
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(letter) }));
  };
}

/** Returns whether EventBridge sent the event. A journey step's call has no `detail-type`. */
const isBusEvent = (event: unknown): boolean => typeof event === 'object' && event !== null && 'detail-type' in event;

/**
 * Wraps a handler of asynchronous events. An event whose write DynamoDB will never accept goes to
 * the dead letters at once, where Lambda would retry it. Other errors are thrown. A crash between
 * letter and return makes a second letter. `ends` selects the events.
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
