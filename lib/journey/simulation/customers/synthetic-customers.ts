import { type Json } from '../../../shared/json.ts';
import { gamma, type Random, seeded } from '../../../shared/random.ts';
import { type JourneyDefinition } from '../../definition/journey-definition.ts';
import { bucketOf } from '../../../model/customer-bucket.ts';
import { type Population } from './population.ts';
import {
  satisfyCondition,
  predicatesToSatisfy,
  traitsToSatisfy,
  type SatisfyingTouchpoint,
  findSatisfyingTouchpoints,
} from './satisfying-touchpoints.ts';

const dayMs = 86_400_000;
const monthMs = 30 * dayMs;

/** What a simulated customer is, and will do unless a journey moves them otherwise. */
export interface SyntheticCustomer {
  id: string;
  traits: Record<string, Json>;
  /** Epoch milliseconds at which they come to the journey's door. */
  entersAt: number;
  /** How much more than the average customer they do. */
  activity: number;
  random: Random;
}

function picked(shares: Record<string, number>, random: Random): string {
  const entries = Object.entries(shares);
  let left = random() * entries.reduce((sum, [, share]) => sum + share, 0);
  return entries.find(([, share]) => (left -= share) < 0)?.[0] ?? '';
}

function addresses(id: string, { reach }: Population, random: Random): Record<string, Json> {
  const has = (channel: keyof typeof reach): boolean => random() < (reach[channel] ?? 0);
  const number = `+1555${String(bucketOf('phone', { workspace: 'simulated', customer: id })).padStart(7, '0')}`;
  return {
    ...(has('email') && { email: `${id}@example.com` }),
    ...(has('sms') && { phone: number }),
    ...(has('push') && { pushEndpoint: `arn:aws:sns:us-east-1:000000000000:endpoint/GCM/simulated/${id}` }),
    ...(has('whatsapp') && { whatsapp: number }),
  };
}

/** Traits that every simulated customer has, or lacks, for other reasons. */
const known = new Set(['firstName', 'email', 'phone', 'whatsapp', 'pushEndpoint', 'timezone', 'consent']);

/** Traits that the definition asks about: as it wants them for the share of whom it holds, unset for the others. */
function askedTraits(definition: JourneyDefinition, { holds }: Population, random: Random): Record<string, Json> {
  const asked = predicatesToSatisfy(definition)
    .flatMap(traitsToSatisfy)
    .filter(({ trait }) => !known.has(trait));
  const told = asked.map(({ trait, is }): [string, Json | undefined] => [
    trait,
    random() < holds ? satisfyCondition(is) : undefined,
  ]);
  return Object.fromEntries(told.filter((entry): entry is [string, Json] => entry[1] !== undefined));
}

/** Traits with a date that the definition waits for or enters by: some day in the time simulated. */
function dateTraits({ entry, steps }: JourneyDefinition, span: SimulatedPeriod, random: Random): Record<string, Json> {
  const waits = Object.values(steps).flatMap((step) =>
    step.kind === 'wait' && step.untilTrait ? [step.untilTrait.trait] : [],
  );
  const entries = entry.triggers.flatMap((trigger) => ('date' in trigger ? [trigger.date.trait] : []));
  const someDay = (): string => new Date(span.start + random() * (span.end - span.start)).toISOString().slice(0, 10);
  return Object.fromEntries([...waits, ...entries].map((trait) => [trait, someDay()]));
}

export interface SimulatedPeriod {
  start: number;
  end: number;
}

/** The customer of a number, the same for the same seed however many there are. */
export function drawSyntheticCustomer(
  definition: JourneyDefinition,
  population: Population,
  { seed, number, span }: { seed: number; number: number; span: SimulatedPeriod },
): SyntheticCustomer {
  const random = seeded(seed * 1_000_003 + number);
  const id = `customer-${number + 1}`;
  const zone = picked(population.zones, random);
  const arrive = Math.min(span.end - span.start, (population.arriveWithinDays ?? Infinity) * dayMs);
  return {
    id,
    entersAt: Math.floor(span.start + random() * arrive),
    activity: gamma(random, 1),
    traits: {
      firstName: id,
      ...addresses(id, population, random),
      ...(zone !== '' && { timezone: zone }),
      ...(random() < population.refuses && { consent: { marketing: false } }),
      ...dateTraits(definition, span, random),
      ...askedTraits(definition, population, random),
    },
    random,
  };
}

/** What customers may do in a journey: everything it waits for, looks at, or is there for; not what its door asks for. */
export function touchpointsToMake(definition: JourneyDefinition): SatisfyingTouchpoint[] {
  const { condition: _condition, exclude: _exclude, ...entry } = definition.entry;
  const all = predicatesToSatisfy({ ...definition, entry }).flatMap(findSatisfyingTouchpoints);
  return [...new Map(all.map((wish) => [JSON.stringify(wish), wish])).values()];
}

/** Milliseconds until a person next does something of their own accord; Infinity for never. */
export function msUntilNext({ activity, random }: SyntheticCustomer, perMonth: number): number {
  const rate = (activity * perMonth) / monthMs;
  return rate > 0 ? -Math.log(1 - random()) / rate : Infinity;
}
