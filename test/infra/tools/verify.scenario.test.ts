import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { checks, verify } from '#infra/tools/verify.ts';
import { startWorld } from '../../support/world.ts';

test('what is verified on AWS holds here, too', async () => {
  const world = await startWorld({ speed: 1, start: Date.now() });
  onTestFinished(() => world.stop());
  const lines: string[] = [];
  const { write, secret } = world.local.keys;
  await verify({ url: world.url, write, secret }, (line) => lines.push(line));
  expect(lines).toHaveLength(Object.keys(checks).length);
  expect(lines.filter((line) => !line.startsWith('ok'))).toEqual([]);
}, 120_000);

test('what is throttled is sent again, as a library would', async () => {
  const counted = new Set<string>();
  let [posts, refused] = [0, 0];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const throttled = request.method === 'POST' && ++posts % 3 !== 0;
      if (throttled) return response.writeHead(++refused % 2 === 0 ? 429 : 503, { 'retry-after': '7' }).end();
      const { batch } = JSON.parse(body || '{"batch":[]}') as { batch: { messageId: string }[] };
      for (const { messageId } of batch) counted.add(messageId);
      const touchpoints = { Counted: { n: counted.size } };
      return response.end(JSON.stringify({ accepted: batch.length, touchpoints, enrolments: [] }));
    });
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  const waits: number[] = [];
  const pause = (ms: number) => Promise.resolve(void waits.push(ms));
  const target = { url: `http://127.0.0.1:${port}`, write: 'wk_local', secret: 'sk_local', run: 'verify', pause };
  await checks['two hundred touchpoints in parallel, each sent twice, are folded once each'](target);
  expect(refused).toBeGreaterThan(40);
  expect(Math.min(...waits.filter((ms) => ms !== 2_000))).toBeGreaterThanOrEqual(7_000);
});

test('where nothing answers, every check fails and says why', async () => {
  const lines: string[] = [];
  const nowhere = { url: 'http://127.0.0.1:9', write: 'wk_local', secret: 'sk_local' };
  expect(await verify(nowhere, (line) => lines.push(line))).toBe(false);
  for (const line of lines) expect(line).toMatch(/^FAILED {2}.+: .+/);
});
