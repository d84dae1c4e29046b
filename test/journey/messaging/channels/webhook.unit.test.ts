import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { type AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { type OutgoingMessage } from '#lib/journey/messaging/deliver.ts';
import { callUrl } from '#lib/journey/messaging/guarded-http-call.ts';
import { webhookChannel } from '#lib/journey/messaging/channels/webhook.ts';
import { slackChannel } from '#lib/journey/messaging/channels/slack.ts';
import { anOutgoing, start } from '../../journey-examples.ts';

const outgoing = (to: string): OutgoingMessage =>
  anOutgoing({ channel: 'webhook', to, message: { body: '안녕하세요' } });

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

/** Calls as they are deployed or on a developer's machine, for a workspace that opened port 9443. */
const calling = ({ local }: { local: boolean }) => callUrl({ local, ports: () => Promise.resolve([9443]) });

const posting = ({ local }: { local: boolean }) =>
  webhookChannel({ call: calling({ local }), secrets: () => Promise.resolve([secret]), clock: { now: () => start } });

/** A receiver on this machine. */
async function receiver(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  onTestFinished(() => void server.close());
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
}

test('a message is posted as JSON with its key', async () => {
  const got: { headers: IncomingHttpHeaders; body: unknown }[] = [];
  const url = await receiver((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      got.push({ headers: request.headers, body: JSON.parse(Buffer.concat(parts).toString()) });
      response.writeHead(202).end('thanks');
    });
  });
  expect(await posting({ local: true })(outgoing(url))).toEqual({ status: 'sent', provider: 'webhook' });
  expect(got).toMatchObject([
    {
      headers: {
        ...{ 'content-type': 'application/json', 'idempotency-key': 'send-1', 'webhook-id': 'send-1' },
        'webhook-timestamp': String(Date.parse(start) / 1000),
      },
      body: { messageId: 'send-1', customerId: 'mina', journeyId: 'welcome', body: '안녕하세요' },
    },
  ]);
});

test('a Slack message is its text, with the subject above it', async () => {
  let text = '';
  const url = await receiver((request, response) => {
    request.on('data', (part: Buffer) => (text += part.toString()));
    request.on('end', () => response.end('ok'));
  });
  const message = { subject: 'New lead', body: 'Mina wants a call.' };
  const sent = await slackChannel({ call: calling({ local: true }) })(
    anOutgoing({ channel: 'slack', to: url, message }),
  );
  expect([sent.status, JSON.parse(text)]).toEqual(['sent', { text: '*New lead*\nMina wants a call.' }]);
});

test('nobody calls a whole Slack channel by a name', async () => {
  let text = '';
  const call = calling({ local: true });
  const post = slackChannel({ call: (one) => ((text = one.body ?? ''), call(one)) });
  await post(anOutgoing({ channel: 'slack', to: 'http://127.0.0.1:9/', message: { body: '<!channel> & co' } }));
  expect(JSON.parse(text)).toEqual({ text: '&lt;!channel&gt; &amp; co' });
});

test('no connection is kept for later: a frozen function would find it dead', async () => {
  const kept: (string | undefined)[] = [];
  const url = await receiver((request, response) => {
    kept.push(request.headers.connection);
    response.end();
  });
  await posting({ local: true })(outgoing(url));
  expect(kept).toEqual(['close']);
});

test('a receiver that refuses has not got it; redirects are not followed', async () => {
  const refuse = await receiver((_, response) => response.writeHead(500).end());
  const redirect = await receiver((_, response) => response.writeHead(307, { location: refuse }).end());
  const post = posting({ local: true });
  expect(await post(outgoing(refuse))).toMatchObject({ status: 'failed', reason: 'http-500' });
  expect(await post(outgoing(redirect))).toMatchObject({ status: 'failed', reason: 'http-307' });
});

test('a receiver that hangs up without an answer may have got it', async () => {
  const url = await receiver((request) => request.socket.destroy());
  expect(await posting({ local: true })(outgoing(url))).toMatchObject({ status: 'unknown' });
});

test('nobody there, nothing got', async () => {
  const post = posting({ local: true });
  expect(await post(outgoing('http://127.0.0.1:9/'))).toMatchObject({ status: 'failed', reason: 'ECONNREFUSED' });
});

const inside = [
  'http://example.com/',
  'ftp://example.com/',
  'not a url',
  'https://127.0.0.1/',
  'https://2130706433/',
  'https://0x7f.1/',
  'https://[::1]/',
  'https://[::ffff:10.0.0.1]/',
  'https://169.254.169.254/latest/meta-data/',
  'https://[fd00:ec2::254]/',
];

test.each(inside)('deployed, %s is not posted to', async (url) => {
  expect(await posting({ local: false })(outgoing(url))).toMatchObject({
    status: 'failed',
    reason: 'address-not-allowed',
  });
});

/** Names are not resolved where a call is refused for its port. */
test.each(['https://hooks.invalid:22/', 'https://hooks.invalid:80/', 'https://hooks.invalid:8080/'])(
  'deployed, %s has a port that is not called',
  async (url) => {
    expect(await posting({ local: false })(outgoing(url))).toMatchObject({
      status: 'failed',
      reason: 'port-not-allowed',
    });
  },
);

test.each(['https://localhost/', 'https://localhost:443/', 'https://localhost:8443/', 'https://localhost:9443/'])(
  'deployed, %s has a port that is called, and only its address is refused',
  async (url) => {
    expect(await posting({ local: false })(outgoing(url))).toMatchObject({ status: 'failed', reason: 'EADDRCLOSED' });
  },
);

test('where the settings cannot be read, no further port is open', async () => {
  const call = callUrl({ local: false, ports: () => Promise.reject(new Error('no table')) });
  const { workspace } = outgoing('').about;
  const answer = await call({ workspace, url: 'https://localhost:9443/', method: 'GET', headers: {} });
  expect(answer).toEqual({ outcome: 'refused', reason: 'port-not-allowed' });
});
