import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { type AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { callStepWebhook } from '#functions/journey/call-webhook/handler.ts';
import { callUrl } from '#lib/journey/messaging/guarded-http-call.ts';
import { signHeaders } from '#lib/journey/messaging/webhook-signature.ts';
import { type StepCall } from '#lib/journey/execution/step-call.ts';
import { aCall, aProfile, anInput, start } from '../../journey/journey-examples.ts';
import { aWorld } from '../../journey/journey-world.ts';

interface Told {
  method: string;
  headers: IncomingHttpHeaders;
  body: string;
}

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

/** The step against a receiver that answers so, and what the receiver was told. */
async function aReceiver({
  status = 200,
  type = 'application/json',
  answer = '{}',
  breaksOff = false,
}: { status?: number; type?: string; answer?: string; breaksOff?: boolean } = {}) {
  const told: Told[] = [];
  const reported: string[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      told.push({ method: request.method!, headers: request.headers, body: Buffer.concat(parts).toString() });
      response.writeHead(status, { 'content-type': type });
      if (breaksOff) response.write(answer, () => response.destroy());
      else response.end(answer);
    });
  });
  onTestFinished(() => void server.close());
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  const world = await aWorld();
  await world.know(aProfile());
  const handler = callStepWebhook({
    ...world,
    call: callUrl({ local: true, ports: () => Promise.resolve([]) }),
    secrets: () => Promise.resolve([secret]),
    report: (outcome) => void reported.push(outcome),
  });
  const visit = (step: object = {}, more: Partial<StepCall> = {}) =>
    handler(aCall({ kind: 'webhook', url, next: 'Done', ...step }, more));
  return { told, visit, world, reported };
}

test('the vector of Standard Webhooks is signed as they sign it', () => {
  const body = '{"test": 2432232314}';
  const of = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', body, secrets: [secret] };
  expect(signHeaders(of, 1_614_265_330_000)).toEqual({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});

test('while a secret is on its way out, both sign', () => {
  const old = 'whsec_b2xkIG9sZCBvbGQgb2xkIG9sZCBvbGQ=';
  const signedBy = (...secrets: string[]) => signHeaders({ id: 'm', body: '{}', secrets }, 0)['webhook-signature'];
  expect(signedBy(secret, old)).toBe(`${signedBy(secret)} ${signedBy(old)}`);
});

test('a call is filled in, signed over what arrives, and its answer kept', async () => {
  const { told, visit } = await aReceiver({ answer: '{"score":82}' });
  const body = { name: '{{traits.firstName | you}}', order: '{{trigger.order}}', text: 'Order {{trigger.order.id}}' };
  const trigger = { id: 't', name: 'Ordered', properties: { order: { id: 7 } } };
  const headers = { 'X-Key': 'abc', host: 'elsewhere', 'Webhook-Id': 'forged' };
  const result = await visit({ body, headers }, { enrolment: anInput({ trigger }) });
  expect(result).toMatchObject({ status: 200, body: { score: 82 } });
  const [one] = told;
  expect(JSON.parse(one!.body)).toEqual({ name: 'Mina', order: { id: 7 }, text: 'Order 7' });
  expect(one!.headers).toMatchObject({ 'x-key': 'abc', 'content-type': 'application/json' });
  expect(one!.headers.host).toContain('127.0.0.1');
  const signed = `${one!.headers['webhook-id'] as string}.${Date.parse(start) / 1000}.${one!.body}`;
  const hmac = createHmac('sha256', Buffer.from(secret.slice(6), 'base64'))
    .update(signed)
    .digest('base64');
  expect(one!.headers['webhook-signature']).toBe(`v1,${hmac}`);
});

test('every try of a visit has one id; another visit another', async () => {
  const { told, visit } = await aReceiver();
  await visit();
  await visit();
  await visit({}, { occurrence: 1 });
  const ids = told.map(({ headers }) => headers['webhook-id']);
  expect(ids[0]).toMatch(/^[0-9a-f]{32}$/);
  expect([ids[1] === ids[0], ids[2] === ids[0]]).toEqual([true, false]);
});

test('who says nothing tells whom it is about; a GET says nothing', async () => {
  const { told, visit } = await aReceiver();
  await visit();
  await visit({ method: 'GET' });
  expect(JSON.parse(told[0]!.body)).toMatchObject({ workspace: 'acme', customerId: 'mina', enrolmentId: 'e1' });
  expect(told[1]).toMatchObject({ method: 'GET', body: '' });
});

test.each([
  ['text', { type: 'text/plain', answer: 'thanks' }, 'thanks'],
  ['JSON that is none, as text', { answer: 'oops' }, 'oops'],
  ['nothing', { type: '', answer: '' }, ''],
  ['more than 32 KB, as nothing', { answer: JSON.stringify({ long: 'x'.repeat(40_000) }) }, null],
  ['more than 32 KB of text, as nothing', { type: 'text/plain', answer: 'x'.repeat(40_000) }, null],
  ['text that is too long as JSON, as nothing', { type: 'text/plain', answer: '"'.repeat(20_000) }, null],
  ['what nests too deep, as nothing', { answer: '['.repeat(40) + ']'.repeat(40) }, null],
])('the answer may be %s', async (_, receiver, body) => {
  const { visit } = await aReceiver(receiver);
  expect(await visit()).toMatchObject({ status: 200, body });
});

test.each([404, 500, 302])('a %i is a failure, for Step Functions to try again', async (status) => {
  const { visit, reported } = await aReceiver({ status });
  await expect(visit()).rejects.toMatchObject({ code: 'webhook.failed', facts: { reason: `http-${status}` } });
  expect(reported).toEqual(['failed']);
});

test('headers are filled in; nothing a customer says adds another', async () => {
  const { told, visit } = await aReceiver();
  const trigger = { id: 't', name: 'Ordered', properties: { note: 'a\r\nX-Other: b', name: '미나' } };
  const headers = { 'X-Note': '{{trigger.note}}', 'X-Name': '{{trigger.name}}', 'X-City': '{{trigger.city | none}}' };
  await visit({ headers }, { enrolment: anInput({ trigger }) });
  const [{ headers: got }] = told as [Told];
  expect(got).toMatchObject({ 'x-note': 'a X-Other: b', 'x-city': 'none' });
  expect(got).not.toHaveProperty('x-other');
  expect(Buffer.from(got['x-name'] as string, 'latin1').toString()).toBe('미나');
});

test.each([{ 'not a name': 'x' }, { 'x-note': 'a\r\nb: c' }])('%o is no header of a step', async (headers) => {
  const { visit, told } = await aReceiver();
  await expect(visit({ headers })).rejects.toThrow('header');
  expect(told).toEqual([]);
});

test('an answer that breaks off is as good as too long', async () => {
  const { visit } = await aReceiver({ breaksOff: true, answer: '{"score":' });
  expect(await visit()).toMatchObject({ status: 200, body: null });
});

test('whoever has left, or is stopped by the gate, is told of to nobody', async () => {
  const { visit, told, world } = await aReceiver();
  await world.profiles.update(aProfile(), (profile) => ({ profile: { ...profile, journeys: {} } }));
  expect(await visit()).toMatchObject({ status: 'left' });
  const handler = callStepWebhook({
    ...world,
    gate: () => Promise.resolve({ gate: 'move' }),
    call: () => Promise.reject(new Error('called')),
    secrets: () => Promise.resolve([]),
    report: () => undefined,
  });
  expect(await handler(aCall({ kind: 'webhook', url: 'https://a.example', next: 'Done' }))).toEqual({ gate: 'move' });
  expect(told).toEqual([]);
});
