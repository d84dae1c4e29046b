import { once } from 'node:events';
import { flushCompileCache } from 'node:module';
import { type LocalOptions, startLocal } from '../../infra/local/runner.ts';

/**
 * A local runner as a process to be killed: loads, waits for a line, runs with the options given as JSON, and dies with whoever started it.
 * It warms no function, so it is up as soon as it is told to be.
 */
process.env.TZ = 'UTC';
flushCompileCache();
process.stdin.once('end', () => process.exit());
await once(process.stdin, 'data');
const { url, clock } = await startLocal(JSON.parse(process.argv[2] ?? '{}') as LocalOptions); // from mortal.ts
console.log(`up ${url} ${clock.now()}`);
