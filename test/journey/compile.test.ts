import fc from 'fast-check';
import jsonata from 'jsonata';
import { expect, test } from 'vitest';
import { check } from '../../lib/journey/check.ts';
import { JourneyDefinition } from '../../lib/journey/definition.ts';
import { type Step } from '../../lib/journey/step.ts';
import { aJourney, aSend, aslFaults, compiled } from './given.ts';

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
  expect(check(everyKind)).toEqual([]);
  expect(aslFaults(everyKind)).toBe('');
});

test('states are named like steps', () => {
  expect(Object.keys(compiled(everyKind).States)).toEqual(expect.arrayContaining(Object.keys(everyKind.steps)));
});

test('a time-out is not tried again but leads on, and a failed wait fails the journey', () => {
  const state = compiled(everyKind).States.Await!;
  expect(state).toMatchObject({
    TimeoutSeconds: 172_800,
    Retry: [{ ErrorEquals: ['States.TaskFailed'] }],
    Catch: [{ ErrorEquals: ['States.Timeout'], Next: 'Ask' }],
  });
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

const names = ['A', 'B', 'C', 'D', 'E', 'F', 'G'];

/** A step that leads to any of `later`: mostly forward, so that many definitions pass the check. */
function anyStep(later: string[]): fc.Arbitrary<unknown> {
  const next = fc.constantFrom(...later);
  const duration = fc.constantFrom('30s', '5m', '12h', '3d', '100d');
  return fc.oneof(
    fc.record({ kind: fc.constant('wait'), for: duration, next }),
    fc.record({
      kind: fc.constant('send'),
      channel: fc.constantFrom('email', 'sms', 'push', 'webhook'),
      purpose: fc.constantFrom('marketing', 'transactional'),
      url: fc.constant('https://example.com/hook'),
      template: fc.record({ body: fc.string({ minLength: 1 }) }),
      next,
    }),
    fc.record({
      kind: fc.constant('waitForEvent'),
      on: fc.record({ event: fc.string({ minLength: 1 }) }),
      timeout: duration,
      next,
      onTimeout: next,
    }),
    fc.record({
      kind: fc.constant('branch'),
      cases: fc.array(fc.record({ when: fc.constant({ stage: ['x'] }), next }), { minLength: 1, maxLength: 3 }),
      otherwise: next,
    }),
    fc.record({
      kind: fc.constant('randomSplit'),
      salt: fc.string({ minLength: 1 }),
      paths: fc.array(fc.record({ weight: fc.integer({ min: 1, max: 99 }), next }), { minLength: 2, maxLength: 4 }),
    }),
    fc.record({ kind: fc.constant('decide'), placement: fc.constant('win-back'), next }),
    fc.record({
      kind: fc.constant('updateProfile'),
      traits: fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue()),
      next,
    }),
    fc.record({
      kind: fc.constant('humanTask'),
      queue: fc.constant('care'),
      title: fc.string({ minLength: 1 }),
      timeout: duration,
      answers: fc.dictionary(fc.string({ minLength: 1 }), next, { minKeys: 1, maxKeys: 3 }),
      onTimeout: next,
    }),
  );
}

const anyJourney: fc.Arbitrary<JourneyDefinition> = fc
  .tuple(...names.map((_, i) => anyStep([...names.slice(i + 1), 'Done', 'Done'])))
  .map((steps) => {
    const all = Object.fromEntries(names.map((name, i) => [name, steps[i]]));
    return reachable(JourneyDefinition.parse({ ...aJourney(), start: 'A', steps: { ...all, Done: { kind: 'exit' } } }));
  });

/** Without the steps that nothing leads to. */
function reachable(definition: JourneyDefinition): JourneyDefinition {
  const lost = check(definition).flatMap(({ code, place }) =>
    code === 'unreachable-step' ? [place.slice('steps.'.length)] : [],
  );
  const steps: Record<string, Step> = Object.fromEntries(
    Object.entries(definition.steps).filter(([id]) => !lost.includes(id)),
  );
  return { ...definition, steps };
}

test('whatever the check passes compiles to a state machine that asl-validator passes', () => {
  let passed = 0;
  fc.assert(
    fc.property(anyJourney, (definition) => {
      if (check(definition).length > 0) return; // waits of more than a year in all
      passed++;
      expect(aslFaults(definition)).toBe('');
    }),
    { numRuns: 40 },
  );
  expect(passed).toBeGreaterThan(20);
});
