import { expect, onTestFinished, test } from 'vitest';
import { checks, verify } from '../../infra/verify.ts';
import { startWorld } from '../support/world.ts';

test('what is verified on AWS holds here, too', async () => {
  const world = await startWorld({ speed: 1, start: Date.now() });
  onTestFinished(() => world.stop());
  const lines: string[] = [];
  const { write, secret } = world.local.keys;
  await verify({ url: world.url, write, secret }, (line) => lines.push(line));
  expect(lines).toHaveLength(Object.keys(checks).length);
  expect(lines.filter((line) => !line.startsWith('ok'))).toEqual([]);
}, 120_000);

test('where nothing answers, every check fails and says why', async () => {
  const lines: string[] = [];
  const nowhere = { url: 'http://127.0.0.1:9', write: 'wk_local', secret: 'sk_local' };
  expect(await verify(nowhere, (line) => lines.push(line))).toBe(false);
  for (const line of lines) expect(line).toMatch(/^FAILED {2}.+: .+/);
});
