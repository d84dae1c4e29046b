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
import { type Deliver } from '../journey/deliver.ts';
import { once } from './provider.ts';

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

/** Sends text messages from a phone number, pool or sender id of AWS End User Messaging SMS. A subject is left out. */
export function textMessages(
  origin: string,
  client: Pick<PinpointSMSVoiceV2Client, 'send'> = new PinpointSMSVoiceV2Client({ maxAttempts: 1 }),
): Deliver {
  return ({ to, purpose, message, about }) =>
    once({ provider: 'sms', refusals, throttled: ThrottlingException }, async () => {
      const sent = await client.send(
        new SendTextMessageCommand({
          DestinationPhoneNumber: to,
          OriginationIdentity: origin,
          MessageBody: message.body.slice(0, maxText),
          MessageType: purpose === 'marketing' ? 'PROMOTIONAL' : 'TRANSACTIONAL',
          Context: { journey: about.journeyId },
        }),
      );
      return sent.MessageId;
    });
}
