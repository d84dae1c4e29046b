import { appendFileSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type EngineKind } from './engines/start-engine.ts';
import { type Local } from './runner.ts';

const usage = `npm start -- [options]
  --port 8787                     where to listen, on this machine only
  --data .throughline             folder that keeps the data
  --memory                        keep nothing
  --speed 1                       let time pass this many times faster
  --engine dynoxide|dynamodb-local
  --verbose                       print what functions print; else it is in <data>/functions.log`;

interface Arguments {
  port: number;
  data: string | undefined;
  speed: number;
  engine: EngineKind | undefined;
  verbose: boolean;
}

/** Oldest Node that strips types without a flag. */
const oldestNode = [22, 18] as const;

/** An error of the caller, printed in one line. */
class Usage extends Error {}

function checkNode(): void {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])) return;
  throw new Usage(
    `Node ${oldestNode.join('.')} or later is needed, this is ${process.version}. On Linux x64 npm ci brings its own.`,
  );
}

function parseOptions() {
  const options = {
    port: { type: 'string', default: process.env.PORT ?? '8787' },
    data: { type: 'string', default: '.throughline' },
    memory: { type: 'boolean', default: false },
    speed: { type: 'string', default: '1' },
    engine: { type: 'string' },
    verbose: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  } as const;
  try {
    return parseArgs({ options }).values;
  } catch (cause) {
    throw new Usage(`${cause instanceof Error ? cause.message : String(cause)}\n${usage}`);
  }
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Usage(`--port ${text} is no port`);
  return port;
}

function parseSpeed(text: string): number {
  const speed = Number(text);
  if (!(speed > 0 && speed <= 1_000_000)) throw new Usage(`--speed ${text}: a number over 0, up to 1000000`);
  return speed;
}

function readArguments(): Arguments {
  const { help, engine, verbose, ...values } = parseOptions();
  if (help) throw new Usage(usage);
  if (engine !== undefined && engine !== 'dynoxide' && engine !== 'dynamodb-local')
    throw new Usage(`--engine ${engine}: there is dynoxide and dynamodb-local`);
  const data = values.memory ? undefined : resolve(values.data);
  return { port: parsePort(values.port), speed: parseSpeed(values.speed), engine, verbose, data };
}

/**
 * Returns a logger. Output of functions goes to a file, or to the terminal with `verbose`. Messages
 * of the runner are always shown.
 */
function logger({ data, verbose }: Arguments): (source: string, text: string) => void {
  if (data !== undefined) mkdirSync(data, { recursive: true });
  const file = data === undefined ? undefined : join(data, 'functions.log');
  return (source, text) => {
    const lines = text.trimEnd().replace(/^/gm, `${source} | `);
    if (verbose || source === 'runner') console.log(lines);
    if (file !== undefined) appendFileSync(file, `${lines}\n`);
  };
}

async function greet({ url, keys, clock, template }: Local, { data, speed }: Arguments): Promise<void> {
  const [{ functionLines }, { zoneData }] = await Promise.all([
    import('./summary.ts'),
    import('../../lib/shared/calendar/zone-data.ts'),
  ]);
  console.log(
    [
      '',
      ...functionLines(template),
      '',
      `  Throughline runs at ${url}`,
      `  write key   ${keys.write}     curl -u ${keys.write}: -H content-type:application/json -d '{"userId":"u1","event":"Signed Up"}' ${url}/v1/track`,
      `  secret key  ${keys.secret}     curl -H 'authorization: Bearer ${keys.secret}' ${url}/v1/customers/u1`,
      `  time        ${new Date(clock.now()).toISOString()}${speed === 1 ? '' : `, ${speed} times as fast`}     curl -d '{"advance":"3d"}' ${url}/local/clock`,
      `  zone data   tz ${zoneData.runtime ?? 'unknown'} of Node ${process.version}, corrections ${zoneData.corrections}${zoneData.isOutdated ? ': Node is too old for local times' : ''}`,
      `  data        ${data ?? 'in memory, gone at the end'}`,
      '  Ctrl-C ends it.',
      '',
    ].join('\n'),
  );
}

/** Stops on the first signal, exits on the second. */
function endOnSignals(local: Local): void {
  let ending = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      if (ending) process.exit(1);
      ending = true;
      void stopAndExit(local);
    });
}

async function stopAndExit(local: Local): Promise<never> {
  try {
    await local.stop();
  } catch (error) {
    console.error(error);
    process.exit(1);
  }
  process.exit(0);
}

async function main(): Promise<void> {
  checkNode();
  const given = readArguments();
  // As on Lambda, in any zone of this machine.
  process.env.TZ = 'UTC';
  const [{ assemble }, { startLocal }] = await Promise.all([import('./template/assembly.ts'), import('./runner.ts')]);
  const assembly = await assemble({ log: console.log });
  const local = await startLocal({ ...given, assembly, log: logger(given) });
  endOnSignals(local);
  await greet(local, given);
  void local.services.functions.warm().then(() => console.log('  All functions are warm.'));
  await local.failed;
}

main().catch((error: unknown) => {
  if (error instanceof Usage) console.error(error.message);
  else if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')
    console.error(`${error.message}: another program listens there. Choose another port with --port, 0 for any.`);
  else console.error(error instanceof Error ? error.message : error);
  process.exit(error instanceof Usage && error.message === usage ? 0 : 1);
});
