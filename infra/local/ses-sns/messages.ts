import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { AwsError, NoAnswer } from '../http/aws-error.ts';
import { type VirtualClock } from '../clock/virtual-clock.ts';
import { type Journal } from '../journal/open-journal.ts';
import { type MailFailure } from './mail.ts';
import { readServiceRequest } from '../http/read-request.ts';

/** A text, a push or a WhatsApp message that would have been sent. */
export const OutboxMessage = z.object({
  messageId: z.string(),
  channel: z.enum(['sms', 'push', 'whatsapp']),
  at: z.string(),
  from: z.string(),
  to: z.array(z.string()),
  subject: z.string().optional(),
  text: z.string(),
});
export type OutboxMessage = z.infer<typeof OutboxMessage>;

type Unsent = Omit<OutboxMessage, 'messageId' | 'at'>;

/** The providers of texts, pushes and WhatsApp messages. */
export interface Messages {
  /** End User Messaging SMS: `SendTextMessage`. */
  sms(action: string, body: unknown): { MessageId: string };
  /** SNS: `Publish` to an endpoint. */
  sns(action: string, body: unknown): { MessageId: string };
  /** End User Messaging Social: `POST /v1/whatsapp/send`. */
  whatsapp(action: string, body: unknown): { messageId: string };
  /** Newest first. */
  list(options?: { limit?: number }): OutboxMessage[];
  /** Sets the function that decides before each message whether it fails, for tests. */
  failWhen(decide: (message: OutboxMessage) => MailFailure | undefined): void;
}

/** The route of SendWhatsAppMessage at the endpoint. */
export const sendWhatsAppRoute = 'POST /v1/whatsapp/send';

/** A number in international form. */
const Number_ = z.string().regex(/^\+?[1-9]\d{6,14}$/, 'no phone number');

const SendTextMessage = z
  .object({
    DestinationPhoneNumber: Number_,
    OriginationIdentity: z.string(),
    MessageBody: z.string().min(1).max(1_600),
  })
  .transform(({ DestinationPhoneNumber: to, OriginationIdentity: from, MessageBody: text }): Unsent => ({
    ...{ channel: 'sms', from, to: [to], text },
  }));

const json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue('no JSON');
    return z.NEVER;
  }
});

const Google = json.pipe(
  z.object({
    fcmV1Message: z.object({
      message: z.object({ notification: z.object({ title: z.string().optional(), body: z.string() }) }),
    }),
  }),
);

const Publish = z
  .object({
    TargetArn: z.string().regex(/:endpoint\//, 'no endpoint of an app'),
    MessageStructure: z.literal('json'),
    Message: json.pipe(z.object({ default: z.string(), APNS: json, GCM: Google })),
  })
  .transform(({ TargetArn, Message }): Unsent => {
    const { title, body } = Message.GCM.fcmV1Message.message.notification;
    const [, from = '', name = ''] = TargetArn.split('/');
    const app = `${from}/${name}`;
    return { channel: 'push', from: app, to: [TargetArn], text: body, ...(title !== undefined && { subject: title }) };
  });

const Place = z.object({ parameters: z.array(z.object({ text: z.string() })) });

const WhatsApp = z.union([
  z
    .object({ to: Number_, type: z.literal('text'), text: z.object({ body: z.string().min(1) }) })
    .transform(({ to, text }) => ({ to, text: text.body })),
  z
    .object({
      to: Number_,
      type: z.literal('template'),
      template: z.object({ name: z.string(), language: z.object({ code: z.string() }), components: z.array(Place) }),
    })
    .transform(({ to, template: { name, components } }) => ({
      ...{ to, subject: name },
      text: components.flatMap(({ parameters }) => parameters.map(({ text }) => text)).join(' '),
    })),
]);

const SendWhatsApp = z
  .object({
    originationPhoneNumberId: z.string(),
    metaApiVersion: z.string(),
    message: z
      .base64()
      .transform((text) => Buffer.from(text, 'base64').toString('utf8'))
      .pipe(json)
      .pipe(WhatsApp),
  })
  .transform(({ originationPhoneNumberId: from, message: { to, ...message } }): Unsent => ({
    ...{ channel: 'whatsapp', from, to: [to], ...message },
  }));

/** Each service's error names for a wrong request and for too many requests. */
const errorsOf = {
  sms: { wrong: 'ValidationException', many: 'ThrottlingException' },
  push: { wrong: 'InvalidParameter', many: 'Throttled' },
  whatsapp: { wrong: 'ValidationException', many: 'ThrottledRequestException' },
} as const satisfies Record<OutboxMessage['channel'], { wrong: string; many: string }>;

/** Throws the error of a failure before the message is sent. */
function failBefore(channel: OutboxMessage['channel'], fails: MailFailure | undefined): void {
  const { wrong, many } = errorsOf[channel];
  if (fails === 'throttle') throw new AwsError(many, 'Rate exceeded.', { status: 429 });
  if (fails === 'reject') throw new AwsError(wrong, 'Not allowed.');
  if (fails === 'lost-request') throw new NoAnswer();
}

function checkAction(action: string, wanted: string): void {
  if (action !== wanted)
    throw new AwsError('UnknownOperationException', `${action} is not there locally`, { status: 404 });
}

/**
 * Providers that store messages in the journal instead of sending them. A message with an id
 * survives a kill.
 */
export const createMessages = (options: { journal: Journal; clock: VirtualClock }): Messages =>
  new JournaledMessages(options);

class JournaledMessages implements Messages {
  readonly #journal: Journal;
  readonly #clock: VirtualClock;
  #failure: (message: OutboxMessage) => MailFailure | undefined = () => undefined;

  constructor({ journal, clock }: { journal: Journal; clock: VirtualClock }) {
    this.#journal = journal;
    this.#clock = clock;
    journal.exec('CREATE TABLE IF NOT EXISTS messages (id INTEGER PRIMARY KEY AUTOINCREMENT, message TEXT)');
  }

  sms(action: string, body: unknown): { MessageId: string } {
    checkAction(action, 'SendTextMessage');
    return { MessageId: this.#send('sms', SendTextMessage, body) };
  }

  sns(action: string, body: unknown): { MessageId: string } {
    checkAction(action, 'Publish');
    return { MessageId: this.#send('push', Publish, body) };
  }

  whatsapp(action: string, body: unknown): { messageId: string } {
    checkAction(action, sendWhatsAppRoute);
    return { messageId: this.#send('whatsapp', SendWhatsApp, body) };
  }

  list({ limit = 100 }: { limit?: number } = {}): OutboxMessage[] {
    const rows = this.#journal.prepare('SELECT message FROM messages ORDER BY id DESC LIMIT ?').all(limit);
    return rows.map(({ message }) => OutboxMessage.parse(JSON.parse(String(message))));
  }

  failWhen(decide: (message: OutboxMessage) => MailFailure | undefined): void {
    this.#failure = decide;
  }

  #send(channel: OutboxMessage['channel'], schema: z.ZodType<Unsent>, body: unknown): string {
    const unsent = readServiceRequest(schema, body, errorsOf[channel].wrong);
    const message = { messageId: randomUUID(), at: new Date(this.#clock.now()).toISOString(), ...unsent };
    const fails = this.#failure(message);
    failBefore(channel, fails);
    this.#journal.prepare('INSERT INTO messages (message) VALUES (?)').run(JSON.stringify(message));
    if (fails === 'lost-answer') throw new NoAnswer();
    return message.messageId;
  }
}
