import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { assemble } from '../infra/local/template/assembly.ts';
import { type Local, startLocal } from '../infra/local/runner.ts';
import { percentile } from './figures.ts';
import { type Waiting } from './waiting.ts';

/** How many wait in all, how many of them fall due one after the other, and how many at one moment. */
const counts = { all: 100_000, paced: 1_000, burst: 10_000 };
const perSecond = 100;
/** From when all wait until the first falls due; and between the last paced one and the burst. Milliseconds. */
const leadMs = 3_000;

const mb = (): number => process.memoryUsage().rss / 1e6;

/** What an enrolment carries from state to state: about 1 KB. */
const enrolment = {
  workspace: 'local',
  customer: 'customer-0123456789',
  journeyId: 'onboarding',
  version: 1,
  entry: { at: '2026-01-01T00:00:00.000Z', trigger: 'Signed Up', payload: { plan: 'pro', source: 'x'.repeat(500) } },
  run: { leg: 0, round: 0, rounds: {} },
  splits: { Half: 4_711, Wait: 815 },
  vars: { offer: { id: 'o-1', text: 'x'.repeat(200) } },
};

/** Starts executions that wait until each of these times, a thousand a turn; answers their ARNs. */
async function startWaiting(local: Local, stateMachineArn: string, due: number[]): Promise<string[]> {
  const arns: string[] = [];
  for (const time of due) {
    const input = JSON.stringify({ ...enrolment, due: new Date(time).toISOString() });
    const started = local.services.states.call('StartExecution', { stateMachineArn, input });
    arns.push((started as { executionArn: string }).executionArn);
    if (arns.length % 1_000 === 0) await pause(0);
  }
  return arns;
}

/** How long after `due` the execution went on, milliseconds. Waits until it has. */
async function lag(local: Local, executionArn: string, due: number): Promise<number> {
  for (;;) {
    const history = local.services.states.call('GetExecutionHistory', { executionArn });
    const { events } = history as { events: { type: string; timestamp: number }[] };
    const woken = events.find(({ type }) => type === 'WaitStateExited');
    if (woken) return woken.timestamp * 1_000 - due;
    await pause(250);
  }
}

async function lags(local: Local, arns: string[], due: number[]): Promise<number[]> {
  const found: number[] = [];
  for (const [index, arn] of arns.entries()) found.push(await lag(local, arn, due[index] ?? NaN));
  return found;
}

async function measure(data: string): Promise<Waiting> {
  const local = await startLocal({ assembly: await assemble(), data });
  const { clock, services } = local;
  const definition = JSON.stringify({
    QueryLanguage: 'JSONata',
    StartAt: 'Rest',
    States: { Rest: { Type: 'Wait', Timestamp: '{% $states.input.due %}', Next: 'Done' }, Done: { Type: 'Succeed' } },
  });
  const machine = { name: 'waiting', definition, roleArn: 'arn:aws:iam::000000000000:role/waiting' };
  const { stateMachineArn } = services.states.call('CreateStateMachine', machine) as { stateMachineArn: string };
  await local.settled();
  const idleMb = mb();

  const begun = clock.now();
  const resting = counts.all - counts.paced - counts.burst;
  await startWaiting(local, stateMachineArn, Array<number>(resting).fill(begun + 86_400_000));
  await local.settled();
  // Starting the rest takes its share of what starting these took; a busy machine may take twice as long.
  const share = (counts.paced + counts.burst) / resting;
  const first = clock.now() + leadMs + 2 * share * (clock.now() - begun);
  const paced = Array.from({ length: counts.paced }, (_, index) => first + (index * 1_000) / perSecond);
  const moment = first + (counts.paced / perSecond) * 1_000 + leadMs;
  const burst = Array<number>(counts.burst).fill(moment);
  const started = await startWaiting(local, stateMachineArn, [...paced, ...burst]);
  await local.settled();
  if (clock.now() > first) throw new Error('the first fell due before all were waiting');
  const fullMb = mb();

  await pause(moment + leadMs - clock.now());
  const late = await lags(local, started, [...paced, ...burst]);
  await local.stop();
  const [pacedLags, burstLags] = [late.slice(0, counts.paced), late.slice(counts.paced)];
  return {
    executions: counts.all,
    idleMb,
    fullMb,
    p50: percentile(pacedLags, 0.5),
    p99: percentile(pacedLags, 0.99),
    burst: Math.max(...burstLags),
  };
}

const data = mkdtempSync(join(tmpdir(), 'waiting-'));
try {
  console.log(JSON.stringify(await measure(data)));
} finally {
  rmSync(data, { recursive: true, force: true });
}
process.exit(0);
