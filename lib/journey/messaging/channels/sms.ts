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
import { type DeliverMessage } from '../deliver.ts';
import { truncate } from '../render-template.ts';
import { sendOnce } from './send-once.ts';

/** Answers that mean: not taken. */
const refusals = [
  AccessDeniedException,
  ConflictException,
  ResourceNotFoundException,
  ServiceQuotaExceededException,
  ValidationException,
];

/** Longest message in one call. Characters; End User Messaging's own limit. */
const maxText = 1_600;

/** What text messages come from, by its ARN, and the configuration set that says where their fates are told. */
export interface TextOrigin {
  origin: string;
  configurationSet?: string | undefined;
}

/** Sends text messages from a phone number, pool or sender id of AWS End User Messaging SMS. A subject is left out. */
export function smsChannel(
  { origin, configurationSet }: TextOrigin,
  client: Pick<PinpointSMSVoiceV2Client, 'send'> = new PinpointSMSVoiceV2Client({ maxAttempts: 1 }),
): DeliverMessage {
  return ({ to, purpose, message, about }) =>
    sendOnce({ provider: 'sms', refusals, throttled: ThrottlingException }, async () => {
      const sent = await client.send(
        new SendTextMessageCommand({
          DestinationPhoneNumber: to,
          OriginationIdentity: origin,
          ConfigurationSetName: configurationSet,
          MessageBody: truncate(message.body, maxText),
          MessageType: purpose === 'marketing' ? 'PROMOTIONAL' : 'TRANSACTIONAL',
          Context: { journey: about.journeyId },
        }),
      );
      return sent.MessageId;
    });
}
