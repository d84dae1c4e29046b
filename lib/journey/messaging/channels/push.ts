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
import { compact } from '#lib/shared/records.ts';
import { type DeliverMessage, type OutgoingMessage } from '../deliver.ts';
import { truncate } from '../render-template.ts';
import { sendOnce } from './call-provider.ts';

/**
 * Errors that mean the message was not accepted. SNS disables the endpoint of an uninstalled app.
 */
const refusals = [
  AuthorizationErrorException,
  EndpointDisabledException,
  InvalidParameterException,
  InvalidParameterValueException,
  NotFoundException,
  PlatformApplicationDisabledException,
];

/**
 * Maximum number of characters of a notification. Fits the 4 KB of Apple and Google in any script.
 */
const maxText = 900;

/** Builds the notification for each platform. SNS sends the one of the endpoint's platform. */
function messageOf({ message, idempotencyKey, about }: OutgoingMessage): string {
  const { subject, body } = message;
  const { journeyId, stepId } = about;
  const text = truncate(body, maxText);
  const data = { messageId: idempotencyKey, journeyId, stepId };
  const alert = { ...compact({ title: subject }), body: text };
  const apple = JSON.stringify({ aps: { alert, sound: 'default' }, ...data });
  const google = JSON.stringify({ fcmV1Message: { message: { notification: alert, data } } });
  return JSON.stringify({ default: text, APNS: apple, APNS_SANDBOX: apple, GCM: google });
}

/** Creates a channel for push notifications to an SNS endpoint. The subject is the title. */
export function pushChannel(client: Pick<SNSClient, 'send'> = new SNSClient({ maxAttempts: 1 })): DeliverMessage {
  return (outgoing) =>
    sendOnce({ provider: 'sns', refusals, throttled: ThrottledException }, async () => {
      const sent = await client.send(
        new PublishCommand({ TargetArn: outgoing.to, MessageStructure: 'json', Message: messageOf(outgoing) }),
      );
      return sent.MessageId;
    });
}
