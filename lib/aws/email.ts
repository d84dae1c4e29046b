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
import { type Deliver } from '../journey/deliver.ts';

/** Answers that mean: not taken. */
const refusals = [
  AccountSuspendedException,
  BadRequestException,
  LimitExceededException,
  MailFromDomainNotVerifiedException,
  MessageRejected,
  NotFoundException,
  SendingPausedException,
  TooManyRequestsException,
];

/** SES limits sends by the second: a moment later there is room. */
const throttlePausesMs = [200, 600, 1_800];

/** A client that tries once: a second try after an answer that was lost would be a second message. */
export function emailClient(): SESv2Client {
  return new SESv2Client({ maxAttempts: 1 });
}

/** Sends plain text through SES. Only a throttled call, which SES did not take, is tried again. */
export function sesEmail(client: Pick<SESv2Client, 'send'>, from: string): Deliver {
  return async ({ to, message: { subject = '', body }, about }) => {
    const command = new SendEmailCommand({
      FromEmailAddress: from,
      Destination: { ToAddresses: [to] },
      Content: {
        Simple: { Subject: { Data: subject, Charset: 'UTF-8' }, Body: { Text: { Data: body, Charset: 'UTF-8' } } },
      },
      EmailTags: [{ Name: 'journey', Value: about.journeyId }],
    });
    for (let tries = 0; ; tries++) {
      try {
        const { MessageId } = await client.send(command);
        return { status: 'sent', provider: 'ses', ...(MessageId !== undefined && { providerId: MessageId }) };
      } catch (error) {
        const pause = throttlePausesMs[tries];
        if (error instanceof TooManyRequestsException && pause !== undefined) {
          await new Promise((resume) => setTimeout(resume, pause));
          continue;
        }
        const refused = refusals.some((refusal) => error instanceof refusal);
        const reason = error instanceof Error ? error.name : 'unknown';
        return { status: refused ? 'failed' : 'unknown', provider: 'ses', reason };
      }
    }
  };
}
