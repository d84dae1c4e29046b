import fc from 'fast-check';
import { validateJourney } from '../../lib/journey/validation/validate-journey.ts';
import { JourneyDefinition } from '../../lib/journey/definition/journey-definition.ts';
import { type Step } from '../../lib/journey/definition/step.ts';
import { aJourney } from './journey-examples.ts';

const names = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'];

const some = fc.string({ minLength: 1 });
const duration = fc.constantFrom('30s', '5m', '12h', '3d', '45d');
const weight = fc.integer({ min: 1, max: 99 });
const event = fc.record({ event: fc.string({ minLength: 1 }) });
const json = fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue());
/** Half of them have it. */
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const as = optional(fc.constantFrom('one', 'two', 'three'));

/** What it says of trouble, where it says anything. */
const trouble = (next: fc.Arbitrary<string>) => ({
  retry: optional(fc.record({ attempts: fc.integer({ min: 0, max: 3 }), interval: duration })),
  onError: optional(next),
});

const waits = (next: fc.Arbitrary<string>): fc.Arbitrary<object>[] => {
  const kind = fc.constant('wait');
  return [
    fc.record({ kind, for: duration, next }),
    fc.record({ kind, between: fc.tuple(duration, duration), next }),
    fc.record({ kind, until: fc.constantFrom('2025-01-01T00:00:00.000Z', '2026-05-01T00:00:00.000Z'), next }),
    fc.record({ kind, untilLocal: fc.constant({ time: '09:00', weekdays: ['mon'] }), next }),
    fc.record({ kind, untilTrait: fc.constant({ trait: 'renewsAt', offset: '-3d' }), next, onMissing: optional(next) }),
  ];
};

const choices = (next: fc.Arbitrary<string>): fc.Arbitrary<object>[] => [
  fc.record({
    kind: fc.constant('branch'),
    cases: fc.array(fc.record({ when: fc.constant({ stage: ['x'] }), next }), { minLength: 1, maxLength: 3 }),
    otherwise: next,
  }),
  fc.record({
    kind: fc.constant('randomSplit'),
    salt: some,
    paths: fc.array(fc.record({ weight, next }), { minLength: 2, maxLength: 4 }),
  }),
  fc.record({
    kind: fc.constant('experiment'),
    salt: some,
    variants: fc.tuple(
      fc.record({ id: fc.constant('a'), weight, next }),
      fc.record({ id: fc.constant('b'), weight, next }),
    ),
    holdout: optional(fc.record({ weight, next })),
    goal: event,
    window: fc.constant('400d'),
  }),
];

const questions = (next: fc.Arbitrary<string>): fc.Arbitrary<object>[] => [
  fc.record({
    kind: fc.constant('waitForEvent'),
    on: event,
    or: optional(fc.array(fc.record({ on: event, next }), { maxLength: 3 })),
    as,
    timeout: duration,
    next,
    onTimeout: next,
  }),
  fc.record({
    kind: fc.constant('humanTask'),
    queue: fc.constant('care'),
    title: some,
    assignee: optional(some),
    timeout: duration,
    // Of a record, the schema drops this one name.
    answers: fc.dictionary(
      some.filter((name) => name !== '__proto__'),
      next,
      { minKeys: 1, maxKeys: 3 },
    ),
    onTimeout: next,
  }),
];

const deeds = (next: fc.Arbitrary<string>): fc.Arbitrary<object>[] => [
  fc.record({
    kind: fc.constant('send'),
    channel: fc.constantFrom('email', 'in-app', 'webhook', 'slack'),
    purpose: fc.constantFrom('marketing', 'transactional'),
    url: fc.constant('https://example.com/hook'),
    template: fc.record({ body: some }),
    late: fc.constantFrom('send', 'skip', 'shift'),
    ...trouble(next),
    next,
  }),
  fc.record({
    kind: fc.constant('decide'),
    placement: fc.constant('win-back'),
    as: fc.constant('offer'),
    ...trouble(next),
    next,
  }),
  fc.record({ kind: fc.constant('updateProfile'), traits: json, ...trouble(next), next }),
  fc.record({ kind: fc.constant('emitEvent'), event: some, properties: json, ...trouble(next), next }),
  fc.record({ kind: fc.constant('startJourney'), journey: some, properties: json, ...trouble(next), next }),
  fc.record({ kind: fc.constant('webhook'), url: fc.constant('https://example.com'), as, ...trouble(next), next }),
];

/** Back to any step, or ahead. */
const goTo = (next: fc.Arbitrary<string>): fc.Arbitrary<object> =>
  fc.record({
    kind: fc.constant('goTo'),
    to: fc.constantFrom(...names),
    limit: fc.integer({ min: 1, max: 4 }),
    next,
  });

/** A step that leads to any of `later` and, by `goTo`, anywhere. */
function anyStep(later: string[]): fc.Arbitrary<object> {
  const next = fc.constantFrom(...later);
  return fc.oneof(...waits(next), ...choices(next), ...questions(next), ...deeds(next), goTo(next), goTo(next));
}

/** Without the steps that nothing leads to. */
export function reachable(definition: JourneyDefinition): JourneyDefinition {
  const lost = validateJourney(definition).flatMap(({ code, place }) =>
    code === 'unreachable-step' ? [place.slice('steps.'.length)] : [],
  );
  if (lost.length === 0) return definition;
  const steps: Record<string, Step> = Object.fromEntries(
    Object.entries(definition.steps).filter(([id]) => !lost.includes(id)),
  );
  return reachable({ ...definition, steps });
}

/** Definitions of up to nine steps of all kinds, whose ways lead forward, and back by `goTo`. Most of them pass the check. */
export const anyDefinition: fc.Arbitrary<JourneyDefinition> = fc
  .record({
    steps: fc.tuple(...names.map((_, i) => anyStep([...names.slice(i + 1), 'Done'].slice(0, 4)))),
    isThrottled: fc.boolean(),
    hours: optional(fc.constant({ open: { mon: { from: '09:00', to: '17:00' } } })),
    parkAfter: fc.constantFrom('1d', '30d', '365d'),
  })
  .map(({ steps, isThrottled, hours, parkAfter }) => {
    const all = Object.fromEntries(names.map((name, i) => [name, steps[i]]));
    const { entry, ...rest } = aJourney();
    const written = JSON.stringify({
      ...rest,
      entry: { ...entry, ...(isThrottled && { throttle: { max: 10, within: '1h' } }) },
      hours,
      parkAfter,
      start: 'A',
      steps: { ...all, Done: { kind: 'exit' } },
    });
    return reachable(JourneyDefinition.parse(JSON.parse(written)));
  });
