import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { answering, freePort, startChild } from './engine-process.ts';
import { type Engine, type EnginePlace } from './engine-contract.ts';
import { minuteMs } from '#lib/shared/time.ts';

/** Timeout of the start, ms. It takes 3–9 s. */
const patienceMs = minuteMs;

/** Folder of Amazon's jar. Undefined without it or without Java. */
export function dynamodbLocalFolder(): string | undefined {
  try {
    const manifest = createRequire(import.meta.url).resolve('amplify-dynamodb-simulator/package.json');
    const folder = join(dirname(manifest), 'emulator');
    const java = spawnSync('java', ['-version'], { stdio: 'ignore' });
    return existsSync(join(folder, 'DynamoDBLocal.jar')) && java.status === 0 ? folder : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Starts Amazon's DynamoDB Local: slower and larger than dynoxide, but Amazon's own. One database
 * for all credentials. `file` is the folder of its data.
 */
export async function startDynamodbLocal(folder: string, { file, port }: EnginePlace): Promise<Engine> {
  mkdirSync(file, { recursive: true });
  const on = port ?? (await freePort());
  const jar = ['-Djava.library.path=./DynamoDBLocal_lib', '-jar', 'DynamoDBLocal.jar', '-sharedDb'];
  const command = ['java', '-Xmx512m', ...jar, '-dbPath', file, '-port', String(on)];
  const child = await startChild(command, { pidFile: `${file}.pid`, cwd: folder });
  const endpoint = `http://127.0.0.1:${on}`;
  try {
    await answering(endpoint, child, patienceMs);
  } catch (error) {
    await child.stop();
    throw error;
  }
  return { kind: 'dynamodb-local', endpoint, ended: child.ended, stop: () => child.stop() };
}
