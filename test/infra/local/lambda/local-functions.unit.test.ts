import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { QuiescenceTracker } from '#lib/states-language/quiescence-tracker.ts';
import { VirtualClock } from '#infra/local/clock/virtual-clock.ts';
import { createFunctions, type RunningFunctions } from '#infra/local/lambda/local-functions.ts';
import { type LocalFunction } from '#infra/local/lambda/template-functions.ts';
import { openJournal } from '#infra/local/journal/open-journal.ts';

const directory = mkdtempSync(join(tmpdir(), 'functions-'));
const minute = 60_000;
const started: RunningFunctions[] = [];
afterEach(() => Promise.all(started.splice(0).map((functions) => functions.stop())));

let files = 0;
function aFunction(code: string, options: Partial<LocalFunction> = {}): LocalFunction {
  const file = join(directory, `f${files++}.mjs`);
  writeFileSync(file, code);
  return {
    name: 'f',
    arn: 'arn:aws:lambda:us-east-1:000000000000:function:f',
    file,
    exportName: 'handler',
    timeoutMs: 3_000,
    memoryMb: 128,
    environment: {},
    maxRetries: 2,
    maxAgeMs: 3_600_000,
    max: 4,
    canWait: false,
    ...options,
  };
}

function run(
  f: LocalFunction | LocalFunction[],
  { journal = openJournal(':memory:'), start = Date.parse('2026-03-01T00:00:00Z'), processors = 2 } = {},
) {
  const clock = new VirtualClock({ start, speed: 0 });
  const activity = new QuiescenceTracker();
  const dead: { queue: string; body: string }[] = [];
  const printed: string[] = [];
  const functions = createFunctions({
    functions: [f].flat(),
    processors,
    journal,
    clock,
    activity,
    variables: () => ({ AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1' }),
    sendToQueue: (queue, body) => dead.push({ queue, body }),
    log: (_name, text) => printed.push(text),
  });
  started.push(functions);
  const settled = () => activity.quiet();
  return { functions, clock, journal, dead, printed, settled, advance: (ms: number) => clock.advance(ms, settled) };
}

const counting = (body: string) => `let n = 0; export const handler = async (event, context) => { n++; ${body} };`;

test('a function gets the event and its context and answers', async () => {
  const { functions } = run(
    aFunction(
      counting('return { event, arn: context.invokedFunctionArn, left: context.getRemainingTimeInMillis() > 2000 }'),
    ),
  );
  const answer = await functions.invoke('f', { a: [1, 'é'] });
  expect(answer).toEqual({
    event: { a: [1, 'é'] },
    arn: 'arn:aws:lambda:us-east-1:000000000000:function:f',
    left: true,
  });
});

test('its environment is its own: the template’s variables and Lambda’s, nothing of ours', async () => {
  process.env.OURS = 'secret';
  const { functions } = run(aFunction(counting('return process.env'), { environment: { TABLE_NAME: 'main' } }));
  const variables = (await functions.invoke('f', {})) as Record<string, string>;
  expect(variables).toMatchObject({ TABLE_NAME: 'main', AWS_REGION: 'us-east-1', AWS_LAMBDA_FUNCTION_NAME: 'f' });
  expect(variables.OURS).toBeUndefined();
  expect(variables.PATH).toBeUndefined();
});

test('an environment handles one invocation at a time; where they take long, more are started up to the bound', async () => {
  const f = aFunction(
    counting(
      'const mine = ++globalThis.running || (globalThis.running = 1); await new Promise(r => setTimeout(r, 1_200)); globalThis.running--; return mine',
    ),
    { max: 2 },
  );
  const { functions } = run(f);
  const answers = await Promise.all(Array.from({ length: 4 }, () => functions.invoke('f', {})));
  expect(answers).toEqual([1, 1, 1, 1]);
  expect(functions.environments()).toEqual({ f: 2 });
});

test.each([
  ['begins when one that somebody waits for has ended', 500, ['f', 'g']],
  ['does not wait for one that waits for the world', 2_500, ['g', 'f']],
  ['does not wait for those that wait behind one that waits for the world', 2_500, ['g', 'f', 'f']],
])('where processors are short, a function that can wait %s', async (_, ms, order) => {
  const awaited = aFunction(counting(`await new Promise(r => setTimeout(r, ${ms}))`), { max: 1 });
  const patient = aFunction(counting(''), { name: 'g', arn: 'g', canWait: true });
  const { functions } = run([awaited, patient], { processors: 1 });
  const ended: string[] = [];
  const invoke = (name: string) => functions.invoke(name, {}).then(() => ended.push(name));
  await Promise.all([...order].sort().map(invoke));
  expect(ended).toEqual(order);
});

test('what is under way at the end has a second to come to its own; what takes longer is cut off', async () => {
  const { functions } = run(aFunction(counting('await new Promise(r => setTimeout(r, event.ms)); return event.ms')));
  await functions.warm();
  const short = functions.invoke('f', { ms: 300 });
  await functions.stop();
  expect(await short).toBe(300);
  await expect(functions.invoke('f', { ms: 0 })).rejects.toThrow('the runner stops');

  const { functions: others } = run(aFunction(counting('await new Promise(r => setTimeout(r, 60_000))')));
  await others.warm();
  const long = expect(others.invoke('f', {})).rejects.toThrow('the runner stops');
  await others.stop();
  await long;
});

test('what fails as everything ends has not failed', async () => {
  const { functions } = run(
    aFunction(counting('await new Promise(r => setTimeout(r, 300)); throw new Error("refused")')),
  );
  await functions.warm();
  const refused = expect(functions.invoke('f', {})).rejects.toThrow('the runner stops');
  await functions.stop();
  await refused;
});

test('what a function prints is told: with its answer, while it waits, and before it dies', async () => {
  const { functions, printed } = run(
    aFunction(
      counting(
        'console.log(event.says); if (event.dies) process.exit(1); if (event.waits) await new Promise(r => setTimeout(r, 500)); return n',
      ),
    ),
  );
  await functions.invoke('f', { says: 'answered' });
  expect(printed.join('')).toBe('answered\n');
  const answered = functions.invoke('f', { says: 'waiting', waits: true }).then(() => printed.push('done'));
  await vi.waitFor(() => expect(printed).toHaveLength(2));
  await answered;
  expect(printed).toEqual(['answered\n', 'waiting\n', 'done']);
  await expect(functions.invoke('f', { says: 'dying', dies: true })).rejects.toThrow('Runtime exited');
  expect(printed.join('')).toContain('dying\n');
});

test('an environment is kept for the next invocation', async () => {
  const { functions } = run(aFunction(counting('return n')));
  expect([await functions.invoke('f', {}), await functions.invoke('f', {})]).toEqual([1, 2]);
});

test('time inside is the virtual clock', async () => {
  const { functions, advance } = run(
    aFunction(
      counting('return [new Date().toISOString(), Date.now(), new Date(0).getTime(), new Date() instanceof Date]'),
    ),
  );
  await functions.invoke('f', {});
  await advance(3 * 24 * 60 * minute);
  const now = Date.parse('2026-03-04T00:00:00Z');
  expect(await functions.invoke('f', {})).toEqual(['2026-03-04T00:00:00.000Z', now, 0, true]);
});

test.each([
  ['throws', 'throw new TypeError("no")', 'TypeError'],
  ['throws no error', 'throw "no"', 'string'],
  ['runs out of time', 'await new Promise(() => setInterval(() => {}, 1000))', 'Sandbox.Timedout'],
  ['loops for ever', 'for (;;);', 'Sandbox.Timedout'],
  [
    'leaves an error uncaught',
    'setTimeout(() => { throw new RangeError("late") }); await new Promise(() => {})',
    'RangeError',
  ],
  [
    'leaves a rejection unhandled',
    'Promise.reject(new Error("late")); await new Promise(() => {})',
    'Runtime.UnhandledPromiseRejection',
  ],
  ['exits', 'process.exit(3)', 'Runtime.ExitError'],
])('a function that %s fails as on Lambda, and the next invocation works', async (_, body, errorType) => {
  const { functions } = run(aFunction(counting(`if (event.bad) { ${body} } return 'fine'`), { timeoutMs: 300 }));
  await expect(functions.invoke('f', { bad: true })).rejects.toMatchObject({ errorType });
  expect(await functions.invoke('f', {})).toBe('fine');
});

test('a bundle that does not load fails each invocation, and does not hang', async () => {
  const { functions } = run(aFunction('throw new Error("environment: TABLE_NAME is missing")'));
  for (const _ of [1, 2])
    await expect(functions.invoke('f', {})).rejects.toMatchObject({
      errorMessage: 'environment: TABLE_NAME is missing',
    });
});

test('what nobody knows is not found', async () => {
  const { functions } = run(aFunction(counting('')));
  await expect(functions.invoke('g', {})).rejects.toMatchObject({ errorType: 'ResourceNotFoundException' });
});

test('an event that fails is tried again after one and two minutes, then goes to the on-failure queue', async () => {
  const f = aFunction(counting('throw new Error("try " + n)'), { onFailureArn: 'arn:queue' });
  const { functions, dead, settled, advance } = run(f);
  functions.invokeAsync('f', { order: 1 });
  await settled();
  await advance(minute);
  expect(dead).toEqual([]);
  await advance(2 * minute);
  expect(dead.map(({ queue }) => queue)).toEqual(['arn:queue']);
  expect(JSON.parse(dead[0]!.body)).toMatchObject({
    requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 3 },
    requestPayload: { order: 1 },
    responsePayload: { errorMessage: 'try 3' },
  });
});

test('an event too old is not tried again', async () => {
  const f = aFunction(counting('throw new Error("no")'), { onFailureArn: 'arn:queue', maxAgeMs: 30_000 });
  const { functions, dead, settled } = run(f);
  functions.invokeAsync('f', {});
  await settled();
  expect(JSON.parse(dead[0]!.body)).toMatchObject({ requestContext: { condition: 'EventAgeExceeded' } });
});

test.each([
  { when: 'before it began', begun: '' },
  { when: 'in its middle', begun: 'begun' },
])('an event that the end interrupted $when has not failed: it runs at once after the restart', async ({ begun }) => {
  const journal = openJournal(':memory:');
  const code = counting('console.log("begun"); await new Promise(() => setInterval(() => {}, 1000))');
  const first = run(aFunction(code, { timeoutMs: 60_000 }), { journal });
  first.functions.invokeAsync('f', { order: 7 });
  await vi.waitFor(() => expect(first.printed.join('')).toContain(begun), 5_000);
  await first.functions.stop();
  const out = join(directory, `took ${begun}`);
  const quick = aFunction(
    `import { appendFileSync } from 'node:fs'; ${counting(`appendFileSync('${out}', JSON.stringify(event))`)}`,
  );
  const second = run(quick, { journal });
  second.functions.restore();
  await second.advance(1);
  expect(journal.prepare('SELECT count(*) AS left FROM async_invokes').get()).toEqual({ left: 0 });
  expect((await import('node:fs')).readFileSync(out, 'utf8')).toBe('{"order":7}');
});
