import fc from 'fast-check';
import { validateJourney } from '#lib/journey/validation/validate-journey.ts';
import { JourneyDefinition } from '#lib/journey/definition/journey-definition.ts';
import { Workspace } from '#lib/model/workspace.ts';
import { type Step } from '#lib/journey/definition/step.ts';
import { reachable } from '../any-definition.ts';
import { leading, type Map as StepMap, metFrom } from './expected-graph.ts';
import { aStep, duration, event, rarely } from './expected-steps.ts';

const stepNames = ['A', 'B', 'C', 'D', 'E', 'F'];

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
    key: fc.constantFrom(undefined, undefined, 'order'),
    reentry: fc.constantFrom('never', 'always', 'always', { after: '1d' }, { atMost: 2 }, { after: '6h', atMost: 3 }),
    condition: rarely(fc.constant({ trait: 'plan', is: { ne: 'free' } })),
    exclude: rarely(fc.constant({ trait: 'plan', is: 'staff' })),
    cap: rarely(fc.constantFrom({ max: 1, within: '1d' }, { max: 3 })),
    throttle: rarely(fc.constant({ max: 1, within: '2h' })),
  })
  .map((rules) => ({ ...rules, triggers: [{ touchpoint: { event: 'Signed Up' } }, { api: true }] }));

const goal = rarely(fc.record({ on: event, window: duration }));

/** Who never enters. */
const holdout = rarely(rarely(fc.record({ percent: fc.constant(30), salt: fc.constantFrom('two', 'house') })));

export type Body = typeof body extends fc.Arbitrary<infer T> ? T : never;

/** What is the same in every version. */
const lasting = fc.record({ entry, goal, holdout });
type Lasting = typeof lasting extends fc.Arbitrary<infer T> ? T : never;

/** Results of steps that a message tells of, and how. */
const told = { offer: '{{vars.offer.content.title | }}', hook: '{{vars.hook.body.code | }}' } as const;

/** Messages that tell of all that steps before them have found out. */
function telling(definition: JourneyDefinition): JourneyDefinition {
  const bodyAt = (id: string): string => {
    const names = leading(definition, id).flatMap((step) => ('as' in step ? [step.as] : []));
    return ['Hello', ...Object.entries(told).flatMap(([name, place]) => (names.includes(name) ? [place] : []))].join(
      ' ',
    );
  };
  const tell = (step: Step, id: string): Step =>
    step.kind === 'send' ? { ...step, template: { ...step.template, body: bodyAt(id) } } : step;
  const steps = Object.entries(definition.steps).map(([id, step]) => [id, tell(step, id)] as const);
  return { ...definition, steps: Object.fromEntries(steps) };
}

/** The definition of a version; without the steps that nothing leads to. */
export function definitionOf(
  { lasting: { entry, ...rest } }: { lasting: Lasting },
  { steps, exit, parkAfter }: Body,
  version: number,
): JourneyDefinition {
  const name = { en: `Version ${version}`, ko: `${version}` };
  // Two stays of one customer at one moment: one must not change what the other decides on.
  const apart = (step: object): object =>
    entry.key !== undefined && 'traits' in step ? { ...step, traits: { colour: 'red' } } : step;
  const keyed = (id: string, step: object): object =>
    'journey' in step ? { ...step, properties: { visit: `${id} {{trigger.order}}` } } : step;
  const named = Object.fromEntries(stepNames.map((id, i) => [id, keyed(id, apart(steps[i]!))]));
  const written = { id: 'journey', version, name, entry, ...rest, exit, parkAfter, start: 'A' };
  const whole = JSON.stringify({ ...written, steps: { ...named, Done: { kind: 'exit' } } });
  return telling(reachable(JourneyDefinition.parse(JSON.parse(whole))));
}

const isSound = (definition: JourneyDefinition): boolean =>
  validateJourney(definition).every(({ severity }) => severity !== 'error');

/** Another journey, which people go through in no time: once at a moment for each step and order that sends them there. */
export const other = JourneyDefinition.parse({
  ...{ id: 'other', version: 1, name: { en: 'Other', ko: '다른' } },
  entry: { triggers: [{ api: true }], reentry: 'always', key: 'visit' },
  ...{ start: 'Done', steps: { Done: { kind: 'exit' } } },
});

/** A journey, its first version, and the rules of its workspace. */
export const scenario = fc
  .record({
    lasting,
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
    deaths: fc.record({ seed: fc.nat(), share: fc.constantFrom(0, 0.2) }),
    house: holdout,
    /** Whether webhooks are taken when it begins. */
    isReceiving: fc.boolean(),
  })
  .map(({ consent, quietHours, caps, house, ...rest }) => {
    // Two stays of one customer that send at one moment under one cap: either may come first.
    const settings = { id: 'acme', name: 'Acme', marketingConsent: consent, quietHours, caps, holdout: house };
    const counted = rest.lasting.entry.key === undefined ? settings : { ...settings, caps: undefined };
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
