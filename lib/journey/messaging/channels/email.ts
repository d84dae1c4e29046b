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
import { type DeliverMessage } from '../deliver.ts';
import { sdkClientDefaults } from '../../../aws/sdk-client-defaults.ts';
import { sendOnce } from './send-once.ts';

/** Answers that mean: not taken. */
const refusals = [
  AccountSuspendedException,
  BadRequestException,
  LimitExceededException,
  MailFromDomainNotVerifiedException,
  MessageRejected,
  NotFoundException,
  SendingPausedException,
];

/** A client that tries once: a second try after an answer that was lost would be a second message. It waits for the answer as long as it can. */
export function emailClient(): SESv2Client {
  return new SESv2Client({ ...sdkClientDefaults, requestHandler: {}, maxAttempts: 1 });
}

/** Sends plain text through SES. */
export function emailChannel(client: Pick<SESv2Client, 'send'>, from: string): DeliverMessage {
  return ({ to, message: { subject = '', body }, about }) => {
    const command = new SendEmailCommand({
      FromEmailAddress: from,
      Destination: { ToAddresses: [to] },
      Content: {
        Simple: { Subject: { Data: subject, Charset: 'UTF-8' }, Body: { Text: { Data: body, Charset: 'UTF-8' } } },
      },
      EmailTags: [{ Name: 'journey', Value: about.journeyId }],
    });
    return sendOnce({ provider: 'ses', refusals, throttled: TooManyRequestsException }, async () => {
      const { MessageId } = await client.send(command);
      return MessageId;
    });
  };
}
