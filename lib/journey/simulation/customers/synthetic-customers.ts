import { type Json } from '#lib/shared/json.ts';
import { dayMs } from '#lib/shared/time.ts';
import { gamma, type Random, seeded } from '#lib/shared/random.ts';
import { type JourneyDefinition } from '../../definition/journey-definition.ts';
import { bucketOf } from '#lib/model/customer-bucket.ts';
import { type Population } from './population.ts';
import {
  satisfyCondition,
  predicatesToSatisfy,
  traitsToSatisfy,
  type SatisfyingTouchpoint,
  findSatisfyingTouchpoints,
} from './satisfying-touchpoints.ts';

const monthMs = 30 * dayMs;

/** A simulated customer with traits, entry time and activity, drawn from a population. */
export interface SyntheticCustomer {
  id: string;
  traits: Record<string, Json>;
  /** Time of the first entry attempt, epoch ms. */
  entersAt: number;
  /** Factor on the touchpoint rate of the average customer. */
  activity: number;
  random: Random;
}

function pickByShare(shares: Record<string, number>, random: Random): string {
  const entries = Object.entries(shares);
  let left = random() * entries.reduce((sum, [, share]) => sum + share, 0);
  return entries.find(([, share]) => (left -= share) < 0)?.[0] ?? '';
}

function drawAddresses(id: string, { reach }: Population, random: Random): Record<string, Json> {
  const has = (channel: keyof typeof reach): boolean => random() < (reach[channel] ?? 0);
  const number = `+1555${String(bucketOf('phone', { workspace: 'simulated', customer: id })).padStart(7, '0')}`;
  return {
    ...(has('email') && { email: `${id}@example.com` }),
    ...(has('sms') && { phone: number }),
    ...(has('push') && { pushEndpoint: `arn:aws:sns:us-east-1:000000000000:endpoint/GCM/simulated/${id}` }),
    ...(has('whatsapp') && { whatsapp: number }),
  };
}

/**
 * Traits that are set from the population or by `drawAddresses`, so that `drawTestedTraits` must
 * not set them.
 */
const known = new Set(['firstName', 'email', 'phone', 'whatsapp', 'pushEndpoint', 'timezone', 'consent']);

/**
 * Draws traits that the definition's predicates test. A share `holds` of them gets a value that
 * satisfies the condition, the others stay unset.
 */
function drawTestedTraits(definition: JourneyDefinition, { holds }: Population, random: Random): Record<string, Json> {
  const tested = predicatesToSatisfy(definition)
    .flatMap(traitsToSatisfy)
    .filter(({ trait }) => !known.has(trait));
  const drawn = tested.map(({ trait, is }): [string, Json | undefined] => [
    trait,
    random() < holds ? satisfyCondition(is) : undefined,
  ]);
  return Object.fromEntries(drawn.filter((entry): entry is [string, Json] => entry[1] !== undefined));
}

/** Draws a day within the simulated period for each date trait that a wait or a trigger uses. */
function drawDateTraits(
  { entry, steps }: JourneyDefinition,
  span: SimulatedPeriod,
  random: Random,
): Record<string, Json> {
  const waits = Object.values(steps).flatMap((step) =>
    step.kind === 'wait' && step.untilTrait ? [step.untilTrait.trait] : [],
  );
  const entries = entry.triggers.flatMap((trigger) => ('date' in trigger ? [trigger.date.trait] : []));
  const someDay = (): string => new Date(span.start + random() * (span.end - span.start)).toISOString().slice(0, 10);
  return Object.fromEntries([...waits, ...entries].map((trait) => [trait, someDay()]));
}

/** The simulated period, epoch ms. */
export interface SimulatedPeriod {
  start: number;
  end: number;
}

/**
 * Draws the customer with this number. The result depends on definition, population, seed, number
 * and period, not on how many customers are drawn.
 */
export function drawSyntheticCustomer(
  definition: JourneyDefinition,
  population: Population,
  { seed, number, span }: { seed: number; number: number; span: SimulatedPeriod },
): SyntheticCustomer {
  const random = seeded(seed * 1_000_003 + number);
  const id = `customer-${number + 1}`;
  const zone = pickByShare(population.zones, random);
  const arrive = Math.min(span.end - span.start, (population.arriveWithinDays ?? Infinity) * dayMs);
  return {
    id,
    entersAt: Math.floor(span.start + random() * arrive),
    activity: gamma(random, 1),
    traits: {
      firstName: id,
      ...drawAddresses(id, population, random),
      ...(zone !== '' && { timezone: zone }),
      ...(random() < population.refuses && { consent: { marketing: false } }),
      ...drawDateTraits(definition, span, random),
      ...drawTestedTraits(definition, population, random),
    },
    random,
  };
}

/**
 * Returns the touchpoints that customers may make: those that satisfy waits, branches, experiments,
 * the goal and the exit. Entry conditions are left out.
 */
export function touchpointsToMake(definition: JourneyDefinition): SatisfyingTouchpoint[] {
  const { condition: _condition, exclude: _exclude, ...entry } = definition.entry;
  const all = predicatesToSatisfy({ ...definition, entry }).flatMap(findSatisfyingTouchpoints);
  return [...new Map(all.map((touchpoint) => [JSON.stringify(touchpoint), touchpoint])).values()];
}

/**
 * Draws the ms until the customer's next spontaneous touchpoint of a kind. Returns Infinity for a
 * rate of 0.
 */
export function msUntilNext({ activity, random }: SyntheticCustomer, perMonth: number): number {
  const rate = (activity * perMonth) / monthMs;
  return rate > 0 ? -Math.log(1 - random()) / rate : Infinity;
}
