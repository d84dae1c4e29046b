import { MessageRejected, SendEmailCommand, SESv2Client, TooManyRequestsException } from '@aws-sdk/client-sesv2';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { emailClient, emailChannel } from '#lib/journey/messaging/channels/email.ts';
import { anOutgoing } from '../../journey-examples.ts';

const ses = mockClient(SESv2Client);
beforeEach(() => ses.reset());
afterAll(() => ses.restore());

const send = () =>
  emailChannel(
    new SESv2Client({}),
    'hello@acme.example',
  )({
    ...anOutgoing({ message: { subject: '환영합니다', body: 'Welcome.' } }),
  });

test('a message is plain text from the configured sender', async () => {
  ses.on(SendEmailCommand).resolves({ MessageId: 'ses-1' });
  expect(await send()).toEqual({ status: 'sent', provider: 'ses', providerId: 'ses-1' });
  expect(ses.commandCalls(SendEmailCommand)[0]?.args[0].input).toMatchObject({
    FromEmailAddress: 'hello@acme.example',
    Destination: { ToAddresses: ['mina@example.com'] },
    Content: { Simple: { Subject: { Data: '환영합니다' }, Body: { Text: { Data: 'Welcome.' } } } },
  });
});

test('what SES refuses has failed, and its name is the reason', async () => {
  ses.on(SendEmailCommand).rejects(new MessageRejected({ message: 'not verified', $metadata: {} }));
  expect(await send()).toMatchObject({ status: 'failed', reason: 'MessageRejected' });
  expect(ses.calls()).toHaveLength(1);
});

test('a throttled call was not taken, so it is made again', async () => {
  const throttled = new TooManyRequestsException({ message: 'slow down', $metadata: {} });
  ses.on(SendEmailCommand).rejectsOnce(throttled).resolves({ MessageId: 'ses-2' });
  expect(await send()).toMatchObject({ status: 'sent', providerId: 'ses-2' });
});

test('an answer that was lost is unknown and never tried again', async () => {
  ses.on(SendEmailCommand).rejects(Object.assign(new Error('socket hang up'), { name: 'TimeoutError' }));
  expect(await send()).toMatchObject({ status: 'unknown', reason: 'TimeoutError' });
  expect(ses.calls()).toHaveLength(1);
});

test('the client itself tries once', async () => {
  expect(await emailClient().config.maxAttempts()).toBe(1);
});
