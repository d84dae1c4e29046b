import {
  AuthorizationErrorException,
  EndpointDisabledException,
  InvalidParameterException,
  InvalidParameterValueException,
  NotFoundException,
  PlatformApplicationDisabledException,
  PublishCommand,
  SNSClient,
  ThrottledException,
} from '@aws-sdk/client-sns';
import { type DeliverMessage, type OutgoingMessage } from '../deliver.ts';
import { truncate } from '../render-template.ts';
import { sendOnce } from './send-once.ts';

/** Answers that mean: not taken. An app that was removed has its endpoint disabled. */
const refusals = [
  AuthorizationErrorException,
  EndpointDisabledException,
  InvalidParameterException,
  InvalidParameterValueException,
  NotFoundException,
  PlatformApplicationDisabledException,
];

/** Longest text of a notification, so that it fits the 4 KB of Apple and Google in any script. Characters. */
const maxText = 900;

/** The same notification as each platform wants it: SNS takes the one the endpoint belongs to. */
function messageOf({
  message: { subject, body },
  idempotencyKey,
  about: { journeyId, stepId },
}: OutgoingMessage): string {
  const text = truncate(body, maxText);
  const data = { messageId: idempotencyKey, journeyId, stepId };
  const alert = { ...(subject !== undefined && { title: subject }), body: text };
  const apple = JSON.stringify({ aps: { alert, sound: 'default' }, ...data });
  const google = JSON.stringify({ fcmV1Message: { message: { notification: alert, data } } });
  return JSON.stringify({ default: text, APNS: apple, APNS_SANDBOX: apple, GCM: google });
}

/** Pushes to an app on a customer's device, whose endpoint SNS knows. The subject is the title. */
export function pushChannel(client: Pick<SNSClient, 'send'> = new SNSClient({ maxAttempts: 1 })): DeliverMessage {
  return (outgoing) =>
    sendOnce({ provider: 'sns', refusals, throttled: ThrottledException }, async () => {
      const sent = await client.send(
        new PublishCommand({ TargetArn: outgoing.to, MessageStructure: 'json', Message: messageOf(outgoing) }),
      );
      return sent.MessageId;
    });
}
