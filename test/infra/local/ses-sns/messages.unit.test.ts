import { PinpointSMSVoiceV2Client } from '@aws-sdk/client-pinpoint-sms-voice-v2';
import { SNSClient } from '@aws-sdk/client-sns';
import { SocialMessagingClient } from '@aws-sdk/client-socialmessaging';
import { expect, onTestFinished, test } from 'vitest';
import { startAwsEndpoint } from '#infra/local/http/aws-endpoint.ts';
import { VirtualClock } from '#infra/local/clock/virtual-clock.ts';
import { openJournal } from '#infra/local/journal/open-journal.ts';
import { type MailFailure } from '#infra/local/ses-sns/mail.ts';
import { createMessages, sendWhatsAppRoute } from '#infra/local/ses-sns/messages.ts';
import { localAccess } from '#infra/local/engines/create-tables.ts';
import { pushChannel } from '#lib/journey/messaging/channels/push.ts';
import { smsChannel } from '#lib/journey/messaging/channels/sms.ts';
import { whatsAppChannel } from '#lib/journey/messaging/channels/whatsapp.ts';
import { anOutgoing } from '#test/journey/journey-examples.ts';

const endpointArn = 'arn:aws:sns:us-east-1:000000000000:endpoint/GCM/shop/1f2e';

/** Each channel, as its real client and the runner's answers to it make it, and somebody it reaches. */
async function theChannels() {
  const clock = new VirtualClock({ start: Date.parse('2026-03-01T00:00:00Z'), speed: 0 });
  const messages = createMessages({ journal: openJournal(':memory:'), clock });
  const endpoint = await startAwsEndpoint({
    handlers: {
      PinpointSMSVoiceV2: (action, body) => messages.sms(action, body),
      'query 2010-03-31': (action, body) => messages.sns(action, body),
      [sendWhatsAppRoute]: (action, body) => messages.whatsapp(action, body),
    },
  });
  onTestFinished(() => endpoint.stop());
  const config = { endpoint: endpoint.url, ...localAccess, maxAttempts: 1 };
  const deliver = {
    sms: smsChannel({ origin: 'arn:aws:sms-voice:us-east-1:1:pool/p' }, new PinpointSMSVoiceV2Client(config)),
    push: pushChannel(new SNSClient(config)),
    whatsapp: whatsAppChannel('phone-number-id-1', new SocialMessagingClient(config)),
  };
  return { messages, deliver };
}

const reached = { sms: '+8210123456', push: endpointArn, whatsapp: '+8210123456' } as const;
const channels = ['sms', 'push', 'whatsapp'] as const;

test.each(channels)('a message on %s lies in the outbox under the id that was answered', async (channel) => {
  const { messages, deliver } = await theChannels();
  const message = { body: 'Hello <you> & "all", 안녕' };
  const sent = await deliver[channel](anOutgoing({ channel, to: reached[channel], message }));
  expect(sent).toMatchObject({ status: 'sent' });
  expect(messages.list()).toMatchObject([
    { messageId: sent.providerId, channel, at: '2026-03-01T00:00:00.000Z', to: [reached[channel]], text: message.body },
  ]);
});

test('a push has a title, and a subject of WhatsApp names an approved template', async () => {
  const { messages, deliver } = await theChannels();
  const message = { subject: 'order_update/ko', body: 'A\nB' };
  await deliver.push(anOutgoing({ channel: 'push', to: endpointArn, message: { subject: 'Hello', body: 'B' } }));
  await deliver.whatsapp(anOutgoing({ channel: 'whatsapp', to: reached.whatsapp, message }));
  expect(messages.list()).toMatchObject([
    { channel: 'whatsapp', subject: 'order_update', text: 'A B' },
    { channel: 'push', subject: 'Hello', text: 'B' },
  ]);
});

/** How a send ends, and how many messages are out. */
const ends: [MailFailure, { status: string; out: number }][] = [
  ['reject', { status: 'failed', out: 0 }],
  ['lost-request', { status: 'unknown', out: 0 }],
  ['lost-answer', { status: 'unknown', out: 1 }],
];

test.each(channels.flatMap((channel) => ends.map((end) => [channel, ...end] as const)))(
  '%s that ends with %s is %o',
  async (channel, failure, { status, out }) => {
    const { messages, deliver } = await theChannels();
    messages.failWhen(() => failure);
    expect(await deliver[channel](anOutgoing({ channel, to: reached[channel] }))).toMatchObject({ status });
    expect(messages.list()).toHaveLength(out);
  },
);

test.each(channels)('%s that is throttled is tried again a moment later', async (channel) => {
  const { messages, deliver } = await theChannels();
  let calls = 0;
  messages.failWhen(() => (calls++ === 0 ? 'throttle' : undefined));
  expect(await deliver[channel](anOutgoing({ channel, to: reached[channel] }))).toMatchObject({ status: 'sent' });
  expect(messages.list()).toHaveLength(1);
});
