import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

let script: URL | undefined;

/**
 * Returns the script of every environment: `worker.ts` and its imports as one piece of JavaScript,
 * made once a process. A thread that strips types itself would load the compiler first, which takes
 * 60 ms of processor time.
 */
export function environmentScript(): URL {
  script ??= new URL(`data:text/javascript,${encodeURIComponent(bundled())}`);
  return script;
}

function bundled(): string {
  const entry = fileURLToPath(new URL('worker.ts', import.meta.url));
  const { outputFiles } = buildSync({
    entryPoints: [entry],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}
