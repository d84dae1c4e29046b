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
import { sendOnce } from './call-provider.ts';

/** Errors that mean the message was not accepted. */
const refusals = [
  AccessDeniedByMetaException,
  AccessDeniedException,
  InvalidParametersException,
  LimitExceededException,
  ResourceNotFoundException,
  ValidationException,
];

/** Version of Meta's Cloud API that the message format follows. */
const metaApiVersion = 'v20.0';

/** Maximum number of characters of a message, and of a template parameter, by Meta. */
const maxText = 4_096;
const maxParameter = 1_024;

/**
 * Builds the content. Meta accepts free text only within a day of the customer's last message.
 * Otherwise the subject names an approved template, with a language unless English (`order_update`,
 * `order_update/ko`), and the body is its one parameter.
 */
function contentOf({ message }: OutgoingMessage): object {
  const { subject, body } = message;
  if (subject === undefined) return { type: 'text', text: { body: truncate(body, maxText) } };
  const [name = '', language = 'en'] = subject.split('/');
  const text = truncate(body.replace(/\s+/g, ' '), maxParameter);
  const components = [{ type: 'body', parameters: [{ type: 'text', text }] }];
  return { type: 'template', template: { name: name.trim(), language: { code: language.trim() }, components } };
}

function toWhatsAppCommand(phoneNumberId: string, outgoing: OutgoingMessage): SendWhatsAppMessageCommand {
  const message = { messaging_product: 'whatsapp', to: outgoing.to, ...contentOf(outgoing) };
  return new SendWhatsAppMessageCommand({
    originationPhoneNumberId: phoneNumberId,
    metaApiVersion,
    message: Buffer.from(JSON.stringify(message)),
  });
}

/** Creates a channel for WhatsApp messages from a phone number of AWS End User Messaging Social. */
export function whatsAppChannel(
  phoneNumberId: string,
  client: Pick<SocialMessagingClient, 'send'> = new SocialMessagingClient({ maxAttempts: 1 }),
): DeliverMessage {
  return (outgoing) =>
    sendOnce({ provider: 'whatsapp', refusals, throttled: ThrottledRequestException }, async () => {
      const sent = await client.send(toWhatsAppCommand(phoneNumberId, outgoing));
      return sent.messageId;
    });
}
