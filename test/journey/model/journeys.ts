import fc from 'fast-check';
import { check } from '../../../lib/journey/check.ts';
import { JourneyDefinition } from '../../../lib/journey/definition.ts';
import { Workspace } from '../../../lib/ingestion/workspace.ts';
import { reachable } from '../any-definition.ts';
import { type Map as StepMap, metFrom } from './graph.ts';

const stepNames = ['A', 'B', 'C', 'D', 'E', 'F'];

/** What customers do. */
export const events = ['Signed Up', 'Ordered', 'Clicked', 'Viewed', 'Email Unsubscribed', 'Email Subscribed'];
export const plans = ['free', 'pro', 'staff'];
export const orders = ['o1', 'o2'];

const event = fc.constantFrom('Ordered', 'Clicked', 'Viewed').map((name) => ({ event: name }));
const duration = fc.constantFrom('30m', '6h', '1d', '3d');
const plan = fc.constantFrom(...plans);

/** One in five has it. */
const rarely = <T>(value: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });

const kind = <Kind extends string>(name: Kind) => fc.constant(name);

/** A step that leads to any of `later` or, by `goTo`, back to any of `earlier`. */
function aStep(earlier: string[], later: string[]): fc.Arbitrary<object> {
  const next = fc.constantFrom(...later);
  const send = fc.record({
    kind: kind('send'),
    channel: fc.constant('email'),
    purpose: fc.constantFrom('marketing', 'transactional'),
    template: fc.constant({ subject: 'Hello', body: 'Hello' }),
    late: fc.constantFrom('send', 'skip', 'shift'),
    next,
  });
  const wait = fc.record({ kind: kind('wait'), for: duration, next });
  return fc.oneof(
    { weight: 4, arbitrary: send },
    { weight: 3, arbitrary: wait },
    { weight: 1, arbitrary: fc.record({ kind: kind('wait'), until: fc.constant('2026-03-06T12:00:00.000Z'), next }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: kind('waitForEvent'),
        on: event,
        next,
        or: rarely(fc.array(fc.record({ on: event, next }), { minLength: 1, maxLength: 2 })),
        timeout: duration,
        onTimeout: next,
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: kind('humanTask'),
        queue: fc.constant('care'),
        title: fc.constant('Call'),
        timeout: duration,
        answers: fc.record({ yes: next, no: next }),
        onTimeout: next,
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: kind('branch'),
        cases: fc.array(fc.record({ when: plan.map((is) => ({ trait: 'plan', is })), next }), {
          minLength: 1,
          maxLength: 2,
        }),
        otherwise: next,
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: kind('updateProfile'), traits: fc.record({ plan }), next }) },
    { weight: 1, arbitrary: fc.record({ kind: kind('emitEvent'), event: fc.constantFrom('Seen', 'Lost'), next }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: kind('goTo'),
        to: fc.constantFrom(...(earlier.length > 0 ? earlier : later)),
        limit: fc.integer({ min: 1, max: 2 }),
        next,
      }),
    },
  );
}

/** What may differ from one version to the next. */
const body = fc.record({
  steps: fc.tuple(
    ...stepNames.map((_, i) => aStep(stepNames.slice(0, i), [...stepNames.slice(i + 1), 'Done'].slice(0, 3))),
  ),
  exit: fc.option(event, { nil: undefined, freq: 2 }),
  parkAfter: fc.constantFrom('2d', '30d'),
});

/** Who is let in: the same in every version. */
const entry = fc
  .record({
    key: rarely(fc.constant('order')),
    reentry: fc.constantFrom('never', 'always', 'always', { after: '1d' }, { atMost: 2 }, { after: '6h', atMost: 3 }),
    condition: rarely(fc.constant({ trait: 'plan', is: { ne: 'free' } })),
    exclude: rarely(fc.constant({ trait: 'plan', is: 'staff' })),
    cap: rarely(fc.constantFrom({ max: 1, within: '1d' }, { max: 3 })),
    throttle: rarely(fc.constant({ max: 1, within: '2h' })),
  })
  .map((rules) => ({ ...rules, triggers: [{ touchpoint: { event: 'Signed Up' } }, { api: true }] }));

const goal = rarely(fc.record({ on: event, window: duration }));

export type Body = typeof body extends fc.Arbitrary<infer T> ? T : never;
export type Entry = typeof entry extends fc.Arbitrary<infer T> ? T : never;
export type Goal = typeof goal extends fc.Arbitrary<infer T> ? T : never;

/** The definition of a version; without the steps that nothing leads to. */
export function definitionOf(
  { entry: rules, goal: reached }: { entry: Entry; goal: Goal },
  { steps, exit, parkAfter }: Body,
  version: number,
): JourneyDefinition {
  const name = { en: `Version ${version}`, ko: `${version}` };
  // Two stays of one customer at one moment: one must not change what the other decides on.
  const apart = (step: object): object =>
    rules.key !== undefined && 'traits' in step ? { ...step, traits: { colour: 'red' } } : step;
  const named = Object.fromEntries(stepNames.map((id, i) => [id, apart(steps[i]!)]));
  const written = { id: 'journey', version, name, entry: rules, goal: reached, exit, parkAfter, start: 'A' };
  return reachable(
    JourneyDefinition.parse(JSON.parse(JSON.stringify({ ...written, steps: { ...named, Done: { kind: 'exit' } } }))),
  );
}

const isSound = (definition: JourneyDefinition): boolean =>
  check(definition).every(({ severity }) => severity !== 'error');

/** A journey, its first version, and the rules of its workspace. */
export const scenario = fc
  .record({
    entry,
    goal,
    body,
    consent: fc.constantFrom('opt-out', 'opt-out', 'opt-out', 'opt-in'),
    quietHours: rarely(fc.constant({ from: '20:00', to: '08:00' })),
    caps: rarely(fc.constantFrom([{ max: 1, within: '1d', purpose: 'marketing' }], [{ max: 2, within: '3d' }])),
    known: fc.record({
      ada: fc.constantFrom({ email: 'ada@example.com' }, { email: 'ada@example.com', plan: 'pro' }),
      ben: fc.constantFrom({}, { email: 'ben@example.com' }, { email: 'ben@example.com', plan: 'pro' }),
    }),
    /** Who is inside when it begins. */
    begin: fc.subarray(['ada', 'ben']),
    twice: fc.boolean(),
  })
  .map(({ consent, quietHours, caps, ...rest }) => {
    // Two stays of one customer that send at one moment under one cap: either may come first.
    const settings = { id: 'acme', name: 'Acme', marketingConsent: consent, quietHours, caps };
    const counted = rest.entry.key === undefined ? settings : { ...settings, caps: undefined };
    return { ...rest, settings: Workspace.parse(JSON.parse(JSON.stringify(counted))) };
  })
  .filter((one) => isSound(definitionOf(one, one.body, 1)));
export type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never;

/**
 * A later version, and where people in the older ones go, by places in their lists of steps: to a step, or out. `isWhole`: whoever publishes
 * it names every step that a fault would ask for.
 */
export const edition = fc.record({
  body,
  moves: fc.option(
    fc.array(fc.tuple(fc.nat({ max: 5 }), fc.option(fc.nat({ max: 6 }), { freq: 8 })), { minLength: 1, maxLength: 4 }),
    { freq: 4 },
  ),
  isWhole: fc.constantFrom(true, true, false),
});
export type Edition = typeof edition extends fc.Arbitrary<infer T> ? T : never;

/** The map of an edition, as whoever publishes it writes it. */
export function mapOf(
  { moves, isWhole }: Edition,
  from: readonly JourneyDefinition[],
  to: JourneyDefinition,
): StepMap | undefined {
  const newest = from.at(-1);
  if (moves === null || !newest) return undefined;
  const stepIn = (ids: string[], place: number): string => ids[place % ids.length] ?? '';
  const old = Object.keys(newest.steps).filter((id) => !isWhole || metFrom(newest, id).size > 0);
  const pairs = moves.map(([id, next]): [string, string | null] => [
    stepIn(old, id),
    next === null ? null : stepIn(Object.keys(to.steps), next),
  ]);
  const map = Object.fromEntries(old.length > 0 ? pairs : []);
  if (!isWhole) return map;
  const met = Object.entries(map).flatMap(([id, next]) =>
    from.flatMap((one) => [...metFrom(one, id)].map((asked) => [asked, next] as const)),
  );
  return { ...Object.fromEntries(met), ...map };
}
