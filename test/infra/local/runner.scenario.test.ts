import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { assemble } from '#infra/local/template/assembly.ts';
import { type RunnerProcess, startRunner } from '../../support/runner-process.ts';
import { startWorld, type World } from '../../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
}, 120_000);
afterAll(() => world.stop());

const data = mkdtempSync(join(tmpdir(), 'runner-'));
afterAll(() => rmSync(data, { recursive: true, force: true }));

test('a touchpoint becomes a profile, a stage and a journey', async () => {
  await world.send(
    { type: 'identify', userId: 'ann', traits: { email: 'ann@example.com' } },
    { userId: 'ann', event: 'Signed Up' },
  );
  const profile = await world.profile('ann');
  expect(profile).toMatchObject({ customerId: 'ann', stage: 'consideration', touchpoints: { 'Signed Up': { n: 1 } } });
  expect(profile!.enrolments).toMatchObject([{ journeyId: 'onboarding', status: 'active' }]);
});

test('time stands still but for advance, and what falls due on the way happens then', async () => {
  await world.send(
    { type: 'identify', userId: 'ben', traits: { email: 'ben@example.com' } },
    { userId: 'ben', event: 'Signed Up' },
  );
  const before = world.now();
  await world.advance('4d');
  expect(Date.parse(world.now()) - Date.parse(before)).toBe(4 * 86_400_000);
  const messages = (await world.timeline('ben')).filter(({ kind }) => kind === 'message');
  expect(messages.map(({ at }) => (Date.parse(String(at)) - Date.parse(before)) / 86_400_000)).toEqual([0, 3]);
});

test('health is 200 when all is ready, and the keys open their own doors only', async () => {
  expect((await world.get('/health')).status).toBe(200);
  const withWriteKey = await fetch(`${world.url}/v1/customers/ann`, { headers: { authorization: 'Bearer wk_local' } });
  expect(withWriteKey.status).toBe(401);
});

test('the clock is moved over HTTP, too', async () => {
  const before = Date.parse(world.now());
  const answer = await world.call('POST', '/local/clock', { advance: '2h' });
  expect(answer).toMatchObject({ status: 200, body: { now: new Date(before + 7_200_000).toISOString(), speed: 0 } });
  expect((await world.call('POST', '/local/clock', { advance: 'soon' })).status).toBe(400);
});

test('what is only local answers nobody who comes by another name, or from another page', async () => {
  const status = (headers: Record<string, string>) =>
    new Promise((resolve) => {
      httpRequest(`${world.url}/local/clock`, { headers }, (response) => resolve(response.resume().statusCode)).end();
    });
  expect(await status({ host: 'evil.example' })).toBe(403);
  expect(await status({ origin: 'https://evil.example' })).toBe(403);
  expect(await status({ origin: 'http://localhost:3000' })).toBe(200);
});

test('dead letters and the page of what runs can be looked at', async () => {
  expect((await world.get('/local/queues')).body).toHaveProperty('queues.throughline-local-project-dead-letters', []);
  const page = await (await fetch(`${world.url}/local`)).text();
  expect(page).toContain('ingestion-collect      POST /v1/{kind}');
});

const run = (...args: string[]): Promise<RunnerProcess> => startRunner('--data', data, ...args);

const told = async ({ url }: RunnerProcess): Promise<number> =>
  Date.parse(((await (await fetch(`${url}/local/clock`)).json()) as { now: string }).now);

test('two runners never share their data, and of the next one time goes on from where it was', async () => {
  const first = await run('--speed', '1000');
  await expect(run()).rejects.toThrow('another runner uses');
  const before = await told(first);
  await first.kill();
  const second = await run();
  expect(await told(second)).toBeGreaterThanOrEqual(before);
  await second.kill();
}, 120_000);

test('an unknown option is told in a line', async () => {
  await expect(run('--prot', '1')).rejects.toThrow("Unknown option '--prot'");
});

test('what was built of the same sources is not built again', async () => {
  const [first, second] = await Promise.all([assemble(), assemble()]);
  expect(first).toBe(second);
});
