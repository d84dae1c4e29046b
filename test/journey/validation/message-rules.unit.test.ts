import { aSend } from '../journey-examples.ts';
import { Done, findsErrors, isFine, warns } from './validation-examples.ts';

findsErrors([
  ['a webhook without a URL', 'no-url', 'steps.Hello.url', { steps: { Hello: aSend({ channel: 'webhook' }), Done } }],
  ...['https://127.0.0.1/', 'https://10.1.2.3/hook', 'https://[fe80::1]/', 'https://2130706433/'].map(
    (url): Parameters<typeof findsErrors>[0][number] => [
      `a webhook to ${url}`,
      'closed-url',
      'steps.Hello.url',
      { steps: { Hello: { kind: 'webhook', url, next: 'Done' }, Done } },
    ],
  ),
  [
    'a webhook to a port of another service',
    'closed-port',
    'steps.Hello.url',
    { steps: { Hello: { kind: 'webhook', url: 'https://example.com:22/', next: 'Done' }, Done } },
  ],
  [
    'a webhook to a port that the workspace did not open',
    'closed-port',
    'steps.Hello.url',
    { steps: { Hello: { kind: 'webhook', url: 'https://example.com:9444/', next: 'Done' }, Done } },
    { webhookPorts: [9443] },
  ],
  [
    'a Slack message to the metadata service',
    'closed-url',
    'steps.Hello.url',
    {
      steps: {
        Hello: aSend({ channel: 'slack', purpose: 'transactional', url: 'https://169.254.169.254/latest' }),
        Done,
      },
    },
  ],
  ...['02-30', '13-45', '2026-02-29'].map((day): Parameters<typeof findsErrors>[0][number] => [
    `the closed day ${day}`,
    'no-such-date',
    'hours.closed.1',
    { hours: { closed: ['12-25', day] } },
  ]),
  [
    'open hours that quiet hours cover',
    'never-open',
    'hours',
    {
      hours: {
        quiet: { from: '20:00', to: '10:00' },
        open: { mon: { from: '07:00', to: '09:00' }, fri: { from: '21:00', to: '23:00' } },
      },
    },
  ],
  [
    'open hours that the workspace’s quiet hours cover',
    'never-open',
    'hours',
    { hours: { open: { mon: { from: '07:00', to: '09:00' } } } },
    { quietHours: { from: '22:00', to: '09:00' } },
  ],
]);

warns([
  [
    'a URL that anybody can listen to',
    'insecure-url',
    'steps.Hello.url',
    { steps: { Hello: aSend({ channel: 'webhook', url: 'http://example.com' }), Done } },
  ],
  [
    'a call of the developer’s own machine',
    'closed-url',
    'steps.Hello.url',
    { steps: { Hello: { kind: 'webhook', url: 'https://127.0.0.1:8443/', next: 'Done' }, Done } },
    { local: true },
  ],
  [
    'a URL that nobody is sent to',
    'unused-url',
    'steps.Hello.url',
    { steps: { Hello: aSend({ url: 'https://example.com' }), Done } },
  ],
  [
    'a header that a call says by itself',
    'unused-header',
    'steps.Hello.headers.Host',
    {
      steps: {
        Hello: {
          kind: 'webhook',
          url: 'https://crm.example.com',
          headers: { Host: 'other', 'X-Key': 'k' },
          next: 'Done',
        },
        Done,
      },
    },
  ],
  [
    'an e-mail without a subject',
    'no-subject',
    'steps.Hello.template.subject',
    {
      steps: { Hello: aSend({ template: { body: 'Hello' } }), Done },
    },
  ],
  [
    'a text message in a journey that asks nobody for a number',
    'no-address',
    'steps.Hello',
    { steps: { Hello: aSend({ channel: 'sms' }), Done } },
  ],
  [
    'a transactional message that nobody asked for',
    'doubtful-purpose',
    'steps.Hello.purpose',
    { entry: { triggers: [{ silentFor: '30d' }] }, steps: { Hello: aSend({ purpose: 'transactional' }), Done } },
  ],
  [
    'a wait until quiet hours',
    'always-deferred',
    'steps.Hello.untilLocal',
    {
      hours: { quiet: { from: '21:00', to: '08:00' } },
      steps: { Hello: { kind: 'wait', untilLocal: { time: '22:00' }, next: 'Say' }, Say: aSend(), Done },
    },
  ],
]);

isFine([
  [
    'a number is asked for by a branch',
    {
      steps: {
        Hello: {
          kind: 'branch',
          cases: [{ when: { trait: 'phone', is: { exists: true } }, next: 'Text' }],
          otherwise: 'Done',
        },
        Text: aSend({ channel: 'sms' }),
        Done,
      },
    },
  ],
]);
