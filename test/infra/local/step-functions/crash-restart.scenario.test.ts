import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { QuiescenceTracker } from '#lib/states-language/quiescence-tracker.ts';
import { VirtualClock } from '#infra/local/clock/virtual-clock.ts';
import { openJournal } from '#infra/local/journal/open-journal.ts';
import { createLocalStepFunctions } from '#infra/local/step-functions/local-step-functions.ts';
import { machineArn, told, victimMachine } from './crash-machine.ts';

const folder = mkdtempSync(join(tmpdir(), 'states-'));
const file = join(folder, 'journal.db');
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the victim until it has started so many executions, kills it, and answers what it had said by then. */
async function victim(run: number, executions: number): Promise<string[]> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'crash-child.ts'), file, String(run)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (text: string) => {
    said += text;
    if (said.split('started').length > executions) child.kill('SIGKILL');
  });
  await new Promise((closed) => child.on('close', closed));
  return said.split('\n').slice(0, -1);
}

test(
  'killed three times under load, every execution that was acknowledged ends as it should and is told of',
  { timeout: 60_000 },
  async () => {
    const said: string[] = [];
    for (const run of [1, 2, 3]) said.push(...(await victim(run, 300)));

    const activity = new QuiescenceTracker();
    const clock = new VirtualClock({ speed: 0 });
    const states = createLocalStepFunctions({
      ...victimMachine,
      functions: { invoke: async (_name, payload) => payload, invokeAsync: () => undefined },
      clock,
      activity,
      journal: openJournal(file),
      emit: (_source, _type, detail) => said.push(told(detail)),
    });
    states.restore();
    // The victims' clocks ran a thousand times as fast: what they wait for is minutes ahead of ours.
    await clock.advance(3_600_000, () => activity.quiet());

    const started = said.filter((line) => line.startsWith('started ')).map((line) => line.slice('started '.length));
    expect(started.length).toBeGreaterThanOrEqual(900);
    const lines = new Set(said);
    for (const name of started) {
      const executionArn = `${machineArn.replace(':stateMachine:', ':execution:')}:${name}`;
      expect(states.call('DescribeExecution', { executionArn })).toMatchObject({ status: 'SUCCEEDED', output: '2' });
      expect(lines).toContain(`told RUNNING ${name}`);
      expect(lines).toContain(`told SUCCEEDED ${name}`);
    }
    states.stop();
  },
);
