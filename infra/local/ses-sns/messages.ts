import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { AwsError, NoAnswer } from '../http/aws-error.ts';
import { type VirtualClock } from '../clock/virtual-clock.ts';
import { type Journal } from '../journal/open-journal.ts';
import { type MailFailure } from './mail.ts';
import { readServiceRequest } from '../http/read-request.ts';

/** A text, a push or a WhatsApp message that would have gone out. */
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

export interface Messages {
  /** End User Messaging SMS: `SendTextMessage`. */
  sms(action: string, body: unknown): { MessageId: string };
  /** SNS: `Publish` to an endpoint. */
  sns(action: string, body: unknown): { MessageId: string };
  /** End User Messaging Social: `POST /v1/whatsapp/send`. */
  whatsapp(action: string, body: unknown): { messageId: string };
  /** Newest first. */
  list(options?: { limit?: number }): OutboxMessage[];
  /** Asked before each is sent, for tests. */
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

/** What each service calls it that a request is wrong, and that there were too many. */
const errorsOf = {
  sms: { wrong: 'ValidationException', many: 'ThrottlingException' },
  push: { wrong: 'InvalidParameter', many: 'Throttled' },
  whatsapp: { wrong: 'ValidationException', many: 'ThrottledRequestException' },
} as const satisfies Record<OutboxMessage['channel'], { wrong: string; many: string }>;

/** Providers that put messages into the journal instead of the world. What got a message id is there after a kill. */
export function createMessages({ journal, clock }: { journal: Journal; clock: VirtualClock }): Messages {
  journal.exec('CREATE TABLE IF NOT EXISTS messages (id INTEGER PRIMARY KEY AUTOINCREMENT, message TEXT)');
  const insert = journal.prepare('INSERT INTO messages (message) VALUES (?)');
  const newest = journal.prepare('SELECT message FROM messages ORDER BY id DESC LIMIT ?');
  let failure: (message: OutboxMessage) => MailFailure | undefined = () => undefined;

  function take(channel: OutboxMessage['channel'], schema: z.ZodType<Unsent>, body: unknown): string {
    const { wrong, many } = errorsOf[channel];
    const unsent = readServiceRequest(schema, body, wrong);
    const message = { messageId: randomUUID(), at: new Date(clock.now()).toISOString(), ...unsent };
    const fails = failure(message);
    if (fails === 'throttle') throw new AwsError(many, 'Rate exceeded.', { status: 429 });
    if (fails === 'reject') throw new AwsError(wrong, 'Not allowed.');
    if (fails === 'lost-request') throw new NoAnswer();
    insert.run(JSON.stringify(message));
    if (fails === 'lost-answer') throw new NoAnswer();
    return message.messageId;
  }

  function only(action: string, wanted: string): void {
    if (action !== wanted)
      throw new AwsError('UnknownOperationException', `${action} is not there locally`, { status: 404 });
  }

  return {
    sms(action, body) {
      only(action, 'SendTextMessage');
      return { MessageId: take('sms', SendTextMessage, body) };
    },
    sns(action, body) {
      only(action, 'Publish');
      return { MessageId: take('push', Publish, body) };
    },
    whatsapp(action, body) {
      only(action, sendWhatsAppRoute);
      return { messageId: take('whatsapp', SendWhatsApp, body) };
    },
    list: ({ limit = 100 } = {}) =>
      newest.all(limit).map(({ message }) => OutboxMessage.parse(JSON.parse(String(message)))),
    failWhen: (decide) => (failure = decide),
  };
}
