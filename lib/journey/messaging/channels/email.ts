import {
  AccountSuspendedException,
  BadRequestException,
  LimitExceededException,
  MailFromDomainNotVerifiedException,
  MessageRejected,
  NotFoundException,
  SendEmailCommand,
  SendingPausedException,
  SESv2Client,
  TooManyRequestsException,
} from '@aws-sdk/client-sesv2';
import { type DeliverMessage, type OutgoingMessage } from '../deliver.ts';
import { sdkClientDefaults } from '#lib/aws/sdk-client-defaults.ts';
import { sendOnce } from './call-provider.ts';

/** Errors that mean the message was not accepted. */
const refusals = [
  AccountSuspendedException,
  BadRequestException,
  LimitExceededException,
  MailFromDomainNotVerifiedException,
  MessageRejected,
  NotFoundException,
  SendingPausedException,
];

/**
 * Creates a client without retries, because a retry after a lost answer could send a second
 * message. It has no request timeout of its own.
 */
export function emailClient(): SESv2Client {
  return new SESv2Client({ ...sdkClientDefaults, requestHandler: {}, maxAttempts: 1 });
}

function toEmailCommand(from: string, { to, message, about }: OutgoingMessage): SendEmailCommand {
  const { subject = '', body } = message;
  return new SendEmailCommand({
    FromEmailAddress: from,
    Destination: { ToAddresses: [to] },
    Content: {
      Simple: { Subject: { Data: subject, Charset: 'UTF-8' }, Body: { Text: { Data: body, Charset: 'UTF-8' } } },
    },
    EmailTags: [{ Name: 'journey', Value: about.journeyId }],
  });
}

/** Creates a channel for plain text e-mail through SES. */
export function emailChannel(client: Pick<SESv2Client, 'send'>, from: string): DeliverMessage {
  return (outgoing) => {
    const command = toEmailCommand(from, outgoing);
    return sendOnce({ provider: 'ses', refusals, throttled: TooManyRequestsException }, async () => {
      const sent = await client.send(command);
      return sent.MessageId;
    });
  };
}
