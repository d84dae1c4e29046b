import fc from 'fast-check';
import { expect, test } from 'vitest';
import { validateJourney } from '#lib/journey/validation/validate-journey.ts';
import { eventsPerSegment } from '#lib/journey/compilation/execution-segments.ts';
import { type JourneyDefinition } from '#lib/journey/definition/journey-definition.ts';
import { drawSplits } from '#lib/journey/definition/draw-splits.ts';
import { type ExecutionInput } from '#lib/journey/enrolment/execution-input.ts';
import { type Random, seeded } from '#lib/shared/random.ts';
import {
  functionError,
  type History,
  type Machine,
  machineArn,
  room,
} from '../../infra/local/step-functions/machine-harness.ts';
import { anyDefinition } from '../any-definition.ts';
import { aJourney, anInput, aSend, compiled, functions, mina } from '../journey-examples.ts';

const day = 86_400;

interface Call {
  enrolment: ExecutionInput;
  stepId: string;
  step: { kind: string; answers?: Record<string, string> };
  token?: string;
  gated?: boolean;
  until?: string;
  at?: string;
}

/** Pauses of the journey in one life: each lasts a year if nobody resumes it. */
const pauses = 3;

/**
 * One enrolment on the local engine, from the first execution to the last, among functions that answer anything: they fail, hold, move, put
 * off, wake early, late or never. Fair only in that nobody is put off for ever.
 */
async function livedThrough(definition: JourneyDefinition, random: Random) {
  const arns: string[] = [];
  let puttingOff = 20;
  let left = pauses;
  const chance = (p: number): boolean => random() < p;
  const some = (n: number): number => Math.floor(random() * n);
  const iso = (seconds: number): string => new Date(world.clock.now() + seconds * 1_000).toISOString();
  const later = (seconds: number, act: () => void) =>
    world.clock.at(world.clock.now() + Math.ceil(seconds * 1_000), act);

  function start(input: ExecutionInput): void {
    const name = `leg-${input.run.leg}`;
    const request = { stateMachineArn: machineArn, name, input: JSON.stringify(input) };
    arns.push(world.call<{ executionArn: string }>('StartExecution', request).executionArn);
  }

  /** Somebody answers, perhaps. */
  function wake({ step, token: taskToken }: Call): void {
    const answers = [...Object.keys(step.answers ?? {}), 'something else'];
    const output = { way: some(5), touchpoint: { name: 'Seen' }, answer: answers[some(answers.length)] };
    const answer = () => {
      try {
        world.call('SendTaskSuccess', { taskToken, output: JSON.stringify(output) });
      } catch {
        // too late
      }
    };
    if (chance(0.6)) later(random() * 5 * day, answer);
  }

  function answer(call: Call): unknown {
    const { gated, step, token } = call;
    if (chance(0.1)) throw functionError('Unavailable');
    if (gated && left > 0 && chance(0.1)) {
      left--;
      return { gate: 'hold' };
    }
    if (gated && chance(0.02)) return { gate: 'move' };
    if (token !== undefined) return wake(call);
    if (step.kind === 'send' && puttingOff-- > 0 && chance(0.3)) return { until: iso(random() * 3 * day) };
    if (step.kind === 'wait' && chance(0.7)) return { until: iso((random() - 0.2) * 60 * day) };
    return { case: some(5) - 1, variant: some(4) - 1, status: 200, body: 'x', because: { x: 1 } };
  }

  function park({ enrolment, until, at }: Call): void {
    const run = { ...enrolment.run, leg: enrolment.run.leg + 1, at: at! };
    later(Math.max(0, Date.parse(until!) - world.clock.now()) / 1_000, () => start({ ...enrolment, run }));
  }

  const handlers = Object.entries(functions).map(([name, arn]) => [arn, name === 'park' ? park : answer] as const);
  const world = room(compiled(definition) as unknown as Machine, Object.fromEntries(handlers));
  start(anInput({ splits: drawSplits(definition, mina) }));
  await world.advance(12 * 365 * day);
  return arns.map((executionArn) => {
    const request = { executionArn, maxResults: 1, reverseOrder: true };
    const { events } = world.call<{ events: History[] }>('GetExecutionHistory', request);
    const { startDate, stopDate, ...described } = world.describe(executionArn);
    return { ...described, events: events[0]?.id ?? 0, ms: 1_000 * (Number(stopDate) - Number(startDate)) };
  });
}

test(
  'whatever the check passes ends, in executions that fit, whatever its functions answer',
  { timeout: 300_000 },
  async () => {
    let lived = 0;
    await fc.assert(
      fc.asyncProperty(anyDefinition, fc.integer(), async (definition, seed) => {
        if (validateJourney(definition).some(({ severity }) => severity === 'error')) return;
        lived++;
        for (const { status, error, events, ms } of await livedThrough(definition, seeded(seed))) {
          expect(status).toMatch(/SUCCEEDED|FAILED/);
          if (status === 'FAILED') expect(error).toBe('Unavailable');
          expect(events).toBeLessThan(eventsPerSegment.events);
          expect(ms).toBeLessThan((1 + pauses) * eventsPerSegment.ms);
        }
      }),
      { numRuns: 450 },
    );
    expect(lived).toBeGreaterThan(300);
  },
);

test(
  'a loop that does not fit one execution goes on in others, and makes no round too many',
  { timeout: 60_000 },
  async () => {
    const definition = aJourney({
      steps: {
        Hello: { kind: 'wait', for: '1d', next: 'Again' },
        Again: { kind: 'goTo', to: 'Hello', limit: 1_000, next: 'Say' },
        Say: aSend(),
        Done: { kind: 'exit' },
      },
    });
    expect(validateJourney(definition)).toEqual([]);
    const legs = await livedThrough(definition, () => 0.99);
    const days = legs.map(({ ms }) => ms / (day * 1_000));
    expect(days.reduce((sum, n) => sum + n)).toBe(1_001);
    expect(Math.max(...days)).toBeLessThan(365);
  },
);
