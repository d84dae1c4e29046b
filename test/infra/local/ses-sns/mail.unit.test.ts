import { MessageRejected, SendEmailCommand, SESv2Client, TooManyRequestsException } from '@aws-sdk/client-sesv2';
import { expect, onTestFinished, test } from 'vitest';
import { startAwsEndpoint } from '#infra/local/http/aws-endpoint.ts';
import { VirtualClock } from '#infra/local/clock/virtual-clock.ts';
import { openJournal } from '#infra/local/journal/open-journal.ts';
import { createMail, sendEmailRoute } from '#infra/local/ses-sns/mail.ts';
import { localAccess } from '#infra/local/engines/create-tables.ts';

async function aMail() {
  const clock = new VirtualClock({ start: Date.parse('2026-03-01T00:00:00Z'), speed: 0 });
  const mail = createMail({ journal: openJournal(':memory:'), clock });
  const handlers = { [sendEmailRoute]: (action: string, body: unknown) => mail.call(action, body) };
  const endpoint = await startAwsEndpoint({ handlers });
  onTestFinished(() => endpoint.stop());
  const client = new SESv2Client({ endpoint: endpoint.url, ...localAccess, maxAttempts: 1 });
  const send = (to: string, Content = aText('Welcome')) =>
    client.send(
      new SendEmailCommand({
        FromEmailAddress: 'Throughline <hello@example.com>',
        Destination: { ToAddresses: [to] },
        Content,
        EmailTags: [{ Name: 'journey', Value: 'onboarding' }],
      }),
    );
  return { mail, send };
}

const aText = (subject: string) => ({ Simple: { Subject: { Data: subject }, Body: { Text: { Data: 'Hello' } } } });

test('an e-mail lies in the outbox under the id that was answered', async () => {
  const { mail, send } = await aMail();
  const { MessageId } = await send('a@example.com');
  await send('b@example.com', aText('Later'));
  expect(mail.list({ to: 'a@example.com' })).toEqual([
    {
      messageId: MessageId,
      at: '2026-03-01T00:00:00.000Z',
      from: 'Throughline <hello@example.com>',
      to: ['a@example.com'],
      subject: 'Welcome',
      text: 'Hello',
      tags: { journey: 'onboarding' },
    },
  ]);
  expect(mail.list({ limit: 1 }).map(({ subject }) => subject)).toEqual(['Later']);
  expect(mail.count()).toBe(2);
});

test.each([
  ['throttle', TooManyRequestsException, 0],
  ['reject', MessageRejected, 0],
  ['lost-request', Error, 0],
  ['lost-answer', Error, 1],
] as const)(
  'told to fail with %s it does, and the SDK throws what it throws on AWS',
  async (failure, exception, sent) => {
    const { mail, send } = await aMail();
    mail.failWhen(({ to }) => (to.includes('a@example.com') ? failure : undefined));
    await expect(send('a@example.com')).rejects.toBeInstanceOf(exception);
    expect(mail.count()).toBe(sent);
    await send('b@example.com');
  },
);

test('an e-mail to nobody is refused', async () => {
  const { send } = await aMail();
  await expect(send('not an address')).rejects.toMatchObject({ name: 'BadRequestException' });
});
