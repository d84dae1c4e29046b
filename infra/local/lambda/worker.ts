import { enableCompileCache, flushCompileCache } from 'node:module';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import {
  type InvocationAnswer,
  type EnvironmentData,
  type InvocationFailure,
  type Invocation,
  type WorkerMessage,
} from './worker-message.ts';
import { installVirtualDate } from '../clock/install-virtual-date.ts';

type Handler = (event: unknown, context: object) => unknown;

const data = workerData as EnvironmentData; // what functions.ts gives
const realNow = Date.now;

const tell = (told: WorkerMessage): void => parentPort?.postMessage(told);

let printed = '';

function takePrinted(): string {
  const taken = printed;
  printed = '';
  return taken;
}

const answer = (given: InvocationAnswer): void =>
  tell({ answer: given, ...(printed !== '' && { printed: takePrinted() }) });

function tellPrinted(): void {
  if (printed !== '') tell({ printed: takePrinted() });
}

/**
 * Sends printed output with the answer of the same turn, as most is printed then; else at the end
 * of the turn. A message to another thread costs as much as the printing. Output of a turn that
 * never ends is lost.
 */
function gatherPrinted(): void {
  const write = (chunk: string | Uint8Array, ...more: unknown[]): boolean => {
    if (printed === '') setImmediate(tellPrinted);
    printed += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    const done = more.at(-1);
    if (typeof done === 'function') process.nextTick(done);
    return true;
  };
  process.stdout.write = write;
  process.on('exit', tellPrinted);
}

const failureOf = (error: unknown): InvocationFailure => {
  if (error instanceof Error)
    return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
  return { errorType: typeof error, errorMessage: String(error), trace: [] };
};

/** Reports uncaught errors and ends the environment, as Lambda's runtime does. */
function giveUpOnUncaught(): void {
  process.on('uncaughtException', (error) => {
    answer({ failure: failureOf(error), fatal: true });
    process.exit(1);
  });
  process.on('unhandledRejection', (reason) => {
    const failure = { ...failureOf(reason), errorType: 'Runtime.UnhandledPromiseRejection' };
    answer({ failure, fatal: true });
    process.exit(1);
  });
}

const context = ({ requestId, deadline }: Invocation): object => ({
  callbackWaitsForEmptyEventLoop: true,
  functionName: data.functionName,
  functionVersion: '$LATEST',
  invokedFunctionArn: data.functionArn,
  memoryLimitInMB: String(data.memoryMb),
  awsRequestId: requestId,
  logGroupName: `/aws/lambda/${data.functionName}`,
  logStreamName: 'local',
  getRemainingTimeInMillis: () => Math.max(0, deadline - realNow()),
});

async function load(): Promise<Handler> {
  const module = (await import(pathToFileURL(data.file).href)) as Record<string, unknown>;
  const handler = module[data.exportName];
  if (typeof handler !== 'function') throw new Error(`${data.file} exports no function ${data.exportName}`);
  return handler as Handler;
}

async function handle(handler: Handler, invocation: Invocation): Promise<void> {
  try {
    const result = await handler(JSON.parse(invocation.payload), context(invocation));
    answer({ result: JSON.stringify(result ?? null) });
  } catch (error) {
    answer({ failure: failureOf(error) });
  }
}

giveUpOnUncaught();
gatherPrinted();
// The next environment and the next runner load the same bundle.
enableCompileCache();
// Before any of the function's code runs.
installVirtualDate(data.time);
try {
  const handler = await load();
  parentPort?.on('message', (invocation: Invocation) => void handle(handler, invocation));
  answer({ ready: true });
  flushCompileCache();
} catch (error) {
  answer({ failure: failureOf(error), fatal: true });
}
