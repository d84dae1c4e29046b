import { spawn } from 'node:child_process';

/** A runner in a process of its own, to be killed. */
export interface RunnerProcess {
  url: string;
  /** `kill -9`; resolves when it is gone. */
  kill(): Promise<void>;
}

/** Starts `npm start` on a free port. Rejects with what it printed when it ends before it is up. */
export function startRunner(...args: string[]): Promise<RunnerProcess> {
  const child = spawn(process.execPath, ['infra/local/main.ts', '--port', '0', ...args]);
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await gone;
  };
  return new Promise((resolve, reject) => {
    let output = '';
    const read = (text: string): void => {
      output += text;
      const [, url] = /runs at (\S+)/.exec(output) ?? [];
      if (url) resolve({ url, kill });
    };
    child.stdout.setEncoding('utf8').on('data', read);
    child.stderr.setEncoding('utf8').on('data', read);
    void gone.then(() => reject(new Error(output)));
  });
}
