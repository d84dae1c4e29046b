import fc from 'fast-check';
import jsonata from 'jsonata';
import { expect, test } from 'vitest';
import { ThroughlineError } from '#lib/shared/errors.ts';
import { validateJourney } from '#lib/journey/validation/validate-journey.ts';
import { anyDefinition } from '../any-definition.ts';
import { aJourney, aSend, aslFaults, compiled } from '../journey-examples.ts';

const everyKind = aJourney({
  start: 'Split',
  steps: {
    Split: {
      kind: 'randomSplit',
      salt: 's',
      paths: [
        { weight: 1, next: 'Choose' },
        { weight: 3, next: 'Mark' },
      ],
    },
    Choose: { kind: 'decide', placement: 'win-back', next: 'Tell' },
    Tell: aSend({ channel: 'webhook', url: 'https://example.com/hook', next: 'Await' }),
    Await: { kind: 'waitForEvent', on: { event: 'Seen' }, timeout: '2d', next: 'Done', onTimeout: 'Ask' },
    Ask: {
      kind: 'humanTask',
      queue: 'care',
      title: 'Call',
      timeout: '1d',
      answers: { yes: 'Done' },
      onTimeout: 'Mark',
    },
    Mark: { kind: 'updateProfile', traits: { quiet: true }, next: 'Pause' },
    Pause: { kind: 'wait', for: '90s', next: 'Which' },
    Which: { kind: 'branch', cases: [{ when: { stage: ['trial'] }, next: 'Hello' }], otherwise: 'Done' },
    Hello: aSend(),
    Done: { kind: 'exit' },
  },
});

test('every kind of step compiles to states that asl-validator passes', () => {
  expect(validateJourney(everyKind)).toEqual([]);
  expect(aslFaults(everyKind)).toBe('');
});

test('states are named like steps', () => {
  expect(Object.keys(compiled(everyKind).States)).toEqual(expect.arrayContaining(Object.keys(everyKind.steps)));
});

test('a time-out is not tried again but leads on, and a failed wait fails the journey', () => {
  const state = compiled(everyKind).States.Await!;
  expect(state).toMatchObject({
    TimeoutSeconds: 172_800,
    Retry: [{ MaxAttempts: 0 }, { ErrorEquals: ['States.TaskFailed'] }],
    Catch: [{ ErrorEquals: ['States.Timeout'], Next: 'Ask' }],
  });
});

test('what no other try mends is tried once, in every state that calls a function', () => {
  const calls = Object.values(compiled(everyKind).States).filter((state) => state.Type === 'Task');
  expect(calls.length).toBeGreaterThan(8);
  const { name } = new ThroughlineError('tooLarge', 'write.collection-full');
  for (const { Retry } of calls) {
    expect(Retry[0]).toMatchObject({ MaxAttempts: 0 });
    expect(Retry[0]?.ErrorEquals).toContain(name);
  }
});

/** The text that Step Functions would hand to the function. */
async function evaluated(text: string): Promise<unknown> {
  const inside = /^\{%([\s\S]*)%\}$/.exec(text)?.[1];
  return inside === undefined ? text : await jsonata(inside).evaluate({});
}

const anyText = fc.oneof(
  fc.string({ minLength: 1, unit: 'binary' }),
  fc.string({ minLength: 1 }).map((code) => `{% ${code} %}`),
  fc.constantFrom('{%1+1%}', '{% $states.context %}', 'a\nb', '\u2028', '"', '\\', ' %} ', '{%', "{% '"),
);

test('an author’s text arrives as it was written, even where it looks like code', async () => {
  const texts = fc.array(anyText, { minLength: 40, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(texts, async (bodies) => {
      const sends = bodies.map((body, i) => [`S${i}`, aSend({ template: { body }, next: `S${i + 1}` })] as const);
      const steps = { ...Object.fromEntries(sends), S40: { kind: 'exit' } };
      const definition = aJourney({ start: 'S0', steps });
      expect(aslFaults(definition)).toBe('');
      const { States } = compiled(definition);
      for (const [i, body] of bodies.entries()) {
        const task = States[`S${i}`] as unknown as { Arguments: { Payload: { step: { template: { body: string } } } } };
        expect(await evaluated(task.Arguments.Payload.step.template.body)).toBe(body);
      }
    }),
    { numRuns: 5 },
  );
});

test('whatever the check passes compiles to a state machine that asl-validator passes', { timeout: 120_000 }, () => {
  let passed = 0;
  fc.assert(
    fc.property(anyDefinition, (definition) => {
      if (validateJourney(definition).some(({ severity }) => severity === 'error')) return;
      passed++;
      expect(aslFaults(definition)).toBe('');
    }),
    { numRuns: 60 },
  );
  expect(passed).toBeGreaterThan(30);
});
