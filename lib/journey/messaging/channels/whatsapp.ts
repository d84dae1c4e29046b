import {
  AccessDeniedByMetaException,
  AccessDeniedException,
  InvalidParametersException,
  LimitExceededException,
  ResourceNotFoundException,
  SendWhatsAppMessageCommand,
  SocialMessagingClient,
  ThrottledRequestException,
  ValidationException,
} from '@aws-sdk/client-socialmessaging';
import { type DeliverMessage, type OutgoingMessage } from '../deliver.ts';
import { truncate } from '../render-template.ts';
import { sendOnce } from './send-once.ts';

/** Answers that mean: not taken. */
const refusals = [
  AccessDeniedByMetaException,
  AccessDeniedException,
  InvalidParametersException,
  LimitExceededException,
  ResourceNotFoundException,
  ValidationException,
];

/** The version of Meta's Cloud API that the message below is written in. */
const metaApiVersion = 'v20.0';

/** Longest text of a WhatsApp message, and of one place of a template. Characters; Meta's own limits. */
const maxText = 4_096;
const maxPlace = 1_024;

/**
 * Meta takes a free text only within a day of the customer's own last message. Anything else must be a template that Meta has approved: the
 * subject names it, with a language if it is not English (`order_update`, `order_update/ko`), and the body is what stands in its one place.
 */
function contentOf({ message: { subject, body } }: OutgoingMessage): object {
  if (subject === undefined) return { type: 'text', text: { body: truncate(body, maxText) } };
  const [name = '', language = 'en'] = subject.split('/');
  const text = truncate(body.replace(/\s+/g, ' '), maxPlace);
  const components = [{ type: 'body', parameters: [{ type: 'text', text }] }];
  return { type: 'template', template: { name: name.trim(), language: { code: language.trim() }, components } };
}

/** Sends WhatsApp messages from a phone number of AWS End User Messaging Social. */
export function whatsAppChannel(
  phoneNumberId: string,
  client: Pick<SocialMessagingClient, 'send'> = new SocialMessagingClient({ maxAttempts: 1 }),
): DeliverMessage {
  return (outgoing) =>
    sendOnce({ provider: 'whatsapp', refusals, throttled: ThrottledRequestException }, async () => {
      const message = { messaging_product: 'whatsapp', to: outgoing.to, ...contentOf(outgoing) };
      const sent = await client.send(
        new SendWhatsAppMessageCommand({
          originationPhoneNumberId: phoneNumberId,
          metaApiVersion,
          message: Buffer.from(JSON.stringify(message)),
        }),
      );
      return sent.messageId;
    });
}
