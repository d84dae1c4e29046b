import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { AwsError, NoAnswer } from '../http/aws-error.ts';
import { type VirtualClock } from '../clock/virtual-clock.ts';
import { type Journal } from '../journal/open-journal.ts';
import { readServiceRequest } from '../http/read-request.ts';

const Part = z.object({ Data: z.string(), Charset: z.string().optional() });

const Simple = z.object({
  Subject: Part,
  Body: z.object({ Text: Part.optional(), Html: Part.optional() }).refine(({ Text, Html }) => Text ?? Html, 'no body'),
});

const Addresses = z.array(z.string().regex(/@[^@\s]+>?$/, 'no e-mail address')).default([]);

const SendEmail = z.object({
  FromEmailAddress: z.string().regex(/@/),
  Destination: z
    .object({ ToAddresses: Addresses, CcAddresses: Addresses, BccAddresses: Addresses })
    .transform((all) => ({ to: all.ToAddresses, others: [...all.CcAddresses, ...all.BccAddresses] })),
  ReplyToAddresses: Addresses,
  Content: z.object({
    Simple: Simple.optional(),
    Template: z.looseObject({}).optional(),
    Raw: z.looseObject({}).optional(),
  }),
  EmailTags: z.array(z.object({ Name: z.string(), Value: z.string() })).default([]),
});

/** An e-mail that SES would have sent. */
export const OutboxMail = z.object({
  messageId: z.string(),
  at: z.string(),
  from: z.string(),
  to: z.array(z.string()),
  subject: z.string(),
  text: z.string().optional(),
  html: z.string().optional(),
  tags: z.record(z.string(), z.string()),
});
export type OutboxMail = z.infer<typeof OutboxMail>;

/**
 * A failure of a provider: throttled, rejected for good, or without an answer, after the message
 * was sent (`lost-answer`) or before (`lost-request`).
 */
export type MailFailure = 'throttle' | 'reject' | 'lost-answer' | 'lost-request';

/** SES, and the e-mails that it would have sent. */
export interface Mail {
  /** SES v2's SendEmail. */
  call(action: string, body: unknown): { MessageId: string };
  /** Newest first. */
  list(options?: { limit?: number; to?: string }): OutboxMail[];
  count(): number;
  /** Sets the function that decides before each e-mail whether it fails, for tests. */
  failWhen(decide: (mail: OutboxMail) => MailFailure | undefined): void;
}

/** Throws the error of a failure before the e-mail is sent. */
function failBefore(fails: MailFailure | undefined): void {
  if (fails === 'throttle')
    throw new AwsError('TooManyRequestsException', 'Maximum sending rate exceeded.', { status: 429 });
  if (fails === 'reject') throw new AwsError('MessageRejected', 'Email address is not verified.');
  if (fails === 'lost-request') throw new NoAnswer();
}

/** The route of SendEmail at the endpoint. */
export const sendEmailRoute = 'POST /v2/email/outbound-emails';

/** SES's limit of recipients of one e-mail. */
const maxRecipients = 50;

function read(body: unknown, at: string): OutboxMail {
  const {
    FromEmailAddress: from,
    Destination,
    Content,
    EmailTags,
  } = readServiceRequest(SendEmail, body, 'BadRequestException');
  const recipients = [...Destination.to, ...Destination.others];
  if (recipients.length === 0) throw new AwsError('BadRequestException', 'Missing final destination');
  if (recipients.length > maxRecipients)
    throw new AwsError('BadRequestException', `Recipient count exceeds ${maxRecipients}.`);
  if (!Content.Simple) throw new AwsError('BadRequestException', 'Only simple content is there locally.');
  const { Subject, Body } = Content.Simple;
  return {
    messageId: `${randomUUID()}-000000`,
    at,
    from,
    to: recipients,
    subject: Subject.Data,
    ...(Body.Text && { text: Body.Text.Data }),
    ...(Body.Html && { html: Body.Html.Data }),
    tags: Object.fromEntries(EmailTags.map(({ Name, Value }) => [Name, Value])),
  };
}

/**
 * SES that stores e-mails in the journal instead of sending them. An e-mail with a message id
 * survives a kill.
 */
export function createMail({ journal, clock }: { journal: Journal; clock: VirtualClock }): Mail {
  journal.exec('CREATE TABLE IF NOT EXISTS outbox (id INTEGER PRIMARY KEY AUTOINCREMENT, mail TEXT, recipients TEXT)');
  const insert = journal.prepare('INSERT INTO outbox (mail, recipients) VALUES (?, ?)');
  const newest = journal.prepare(
    'SELECT mail FROM outbox WHERE ? IS NULL OR instr(recipients, ?) > 0 ORDER BY id DESC LIMIT ?',
  );
  const total = journal.prepare('SELECT count(*) AS n FROM outbox');
  let failure: (mail: OutboxMail) => MailFailure | undefined = () => undefined;

  return {
    call(action, body) {
      if (action !== sendEmailRoute)
        throw new AwsError('NotFoundException', `${action} is not there locally`, { status: 404 });
      const mail = read(body, new Date(clock.now()).toISOString());
      const fails = failure(mail);
      failBefore(fails);
      insert.run(JSON.stringify(mail), `\n${mail.to.join('\n')}\n`);
      if (fails === 'lost-answer') throw new NoAnswer();
      return { MessageId: mail.messageId };
    },

    list({ limit = 100, to } = {}) {
      const wanted = to === undefined ? null : `\n${to}\n`;
      return newest.all(wanted, wanted, limit).map(({ mail }) => OutboxMail.parse(JSON.parse(String(mail))));
    },

    count: () => Number(total.get()?.n),
    failWhen: (decide) => (failure = decide),
  };
}
