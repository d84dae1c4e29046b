import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../infra/local/main.ts', import.meta.url));

/** `npm start` in a process of its own, as its users have it. */
export interface Child {
  url: string;
  stop(): Promise<void>;
}

/** Starts it on a free port, with data in memory; resolves when it is healthy and its functions are warm. */
export async function startChild(): Promise<Child> {
  const child = spawn(process.execPath, [main, '--memory', '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    let printed = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      const [, found] = /runs at (http:\S+)/.exec(printed) ?? [];
      if (found !== undefined && printed.includes('All functions are warm')) resolve(found);
    });
    child.once('exit', (code) => reject(new Error(`the runner ended with ${code ?? 'a signal'}: ${printed}`)));
  });
  return {
    url,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
