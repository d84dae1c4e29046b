import {
  AccessDeniedException,
  ConflictException,
  PinpointSMSVoiceV2Client,
  ResourceNotFoundException,
  SendTextMessageCommand,
  ServiceQuotaExceededException,
  ThrottlingException,
  ValidationException,
} from '@aws-sdk/client-pinpoint-sms-voice-v2';
import { type DeliverMessage, type OutgoingMessage } from '../deliver.ts';
import { truncate } from '../render-template.ts';
import { sendOnce } from './call-provider.ts';

/** Errors that mean the message was not accepted. */
const refusals = [
  AccessDeniedException,
  ConflictException,
  ResourceNotFoundException,
  ServiceQuotaExceededException,
  ValidationException,
];

/** Maximum number of characters in one call, by AWS End User Messaging. */
const maxText = 1_600;

/** ARN of the sending identity, and the configuration set that publishes delivery events. */
export interface TextOrigin {
  origin: string;
  configurationSet?: string | undefined;
}

function toTextCommand(
  { origin, configurationSet }: TextOrigin,
  { to, purpose, message, about }: OutgoingMessage,
): SendTextMessageCommand {
  return new SendTextMessageCommand({
    DestinationPhoneNumber: to,
    OriginationIdentity: origin,
    ConfigurationSetName: configurationSet,
    MessageBody: truncate(message.body, maxText),
    MessageType: purpose === 'marketing' ? 'PROMOTIONAL' : 'TRANSACTIONAL',
    Context: { journey: about.journeyId },
  });
}

/**
 * Creates a channel for text messages from a phone number, pool or sender id of AWS End User
 * Messaging SMS. A subject is dropped.
 */
export function smsChannel(
  origin: TextOrigin,
  client: Pick<PinpointSMSVoiceV2Client, 'send'> = new PinpointSMSVoiceV2Client({ maxAttempts: 1 }),
): DeliverMessage {
  return (outgoing) =>
    sendOnce({ provider: 'sms', refusals, throttled: ThrottlingException }, async () => {
      const sent = await client.send(toTextCommand(origin, outgoing));
      return sent.MessageId;
    });
}
