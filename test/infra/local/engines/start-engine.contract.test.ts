import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { installedEngines, startEngine } from '#infra/local/engines/start-engine.ts';
import { createTables } from '#infra/local/engines/create-tables.ts';
import { localClient, theTable } from '#test/support/engines.ts';

const Key = { pk: { S: 'local#u:1' }, sk: { S: 'profile' } };

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'engine-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const isAlive = (pid: number): boolean =>
  existsSync(`/proc/${pid}/stat`) && !/\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));

const enginePid = (file: string): number => Number(readFileSync(`${file}.pid`, 'utf8').split(' ')[0]);

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resume) => setTimeout(resume, 10));
}

test.each(installedEngines())(
  '%s keeps its table over a restart',
  async (engine) => {
    const file = join(aFolder(), 'table.db');
    const first = await startEngine({ engine, file });
    await createTables(first.endpoint, [theTable]);
    await localClient(first.endpoint).send(new PutItemCommand({ TableName: theTable.ref, Item: Key }));
    await first.stop();
    const second = await startEngine({ engine, file });
    onTestFinished(() => second.stop());
    await createTables(second.endpoint, [theTable]);
    const read = await localClient(second.endpoint).send(new GetItemCommand({ TableName: theTable.ref, Key }));
    expect(read.Item).toEqual(Key);
  },
  60_000,
);

test('a table of another shape is not taken for ours', async () => {
  const engine = await startEngine();
  onTestFinished(() => engine.stop());
  await createTables(engine.endpoint, [theTable]);
  const { LocalSecondaryIndexes: _, ...changed } = theTable;
  await expect(createTables(engine.endpoint, [changed])).rejects.toThrow(/fresh --data/);
});

test('the engine dies with the process that started it, however that dies', async () => {
  const file = join(aFolder(), 'table.db');
  const script = `import { startEngine } from './infra/local/engines/start-engine.ts'; await startEngine({ file: '${file}' }); console.log('up'); setInterval(() => {}, 1000);`;
  const runner = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((up) => runner.stdout.once('data', up));
  const pid = enginePid(file);
  expect(isAlive(pid)).toBe(true);
  runner.kill('SIGKILL');
  await until(() => !isAlive(pid));
  const next = await startEngine({ file });
  onTestFinished(() => next.stop());
  expect(enginePid(file)).not.toBe(pid);
});

test('two runs do not share one file', async () => {
  const file = join(aFolder(), 'table.db');
  const first = await startEngine({ file });
  onTestFinished(() => first.stop());
  await expect(startEngine({ file })).rejects.toThrow(/in use by process/);
});

test('an engine that dies is reported', async () => {
  const file = join(aFolder(), 'table.db');
  const engine = await startEngine({ file });
  process.kill(enginePid(file), 'SIGKILL');
  await expect(engine.ended).rejects.toThrow(/ended/);
});
