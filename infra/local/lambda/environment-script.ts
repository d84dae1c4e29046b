import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

let script: URL | undefined;

/**
 * What every environment begins with: `worker.ts` and what it imports as one piece of JavaScript, made once a process. A thread that strips
 * types by itself loads the compiler for it first, which takes it as long as all else it does before its first invocation (60 ms of
 * processor time).
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
