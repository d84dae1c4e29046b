import { type Touchpoint } from '../model/touchpoint.ts';
import { valueAtPath as valueAt, type Json } from '../shared/json.ts';
import { msBetween, durationMs, type Instant } from '../shared/time.ts';
import { overflowKey } from '../model/profile-limits.ts';
import { type Condition, type Predicate } from '../model/predicate.ts';
import { type Profile } from '../model/profile.ts';

/** Input of a predicate. Without the current `touchpoint`, `event` never matches. */
export interface EvaluationContext {
  profile: Profile;
  touchpoint?: Pick<Touchpoint, 'name' | 'channel' | 'properties'> | undefined;
  now: Instant;
}

type Value = Json | undefined;

/** Returns whether a value is neither undefined nor null. */
const known = (value: Value): boolean => value !== undefined && value !== null;

const same = (value: Value, wanted: Json): boolean => (value ?? null) === wanted;

/**
 * Returns a negative, zero or positive number for less, equal or greater. Undefined if the two do
 * not compare.
 */
function order(value: Value, limit: string | number): number | undefined {
  if (typeof value === 'number' && typeof limit === 'number') return value - limit;
  if (typeof value !== 'string' || typeof limit !== 'string') return undefined;
  return value === limit ? 0 : value < limit ? -1 : 1;
}

function contains(value: Value, wanted: Json): boolean {
  if (Array.isArray(value)) return value.includes(wanted);
  return typeof value === 'string' && typeof wanted === 'string' && value.includes(wanted);
}

type Tests = Extract<Condition, object>;

function ordered(value: Value, { gt, gte, lt, lte }: Tests): boolean {
  const passes = (limit: string | number | undefined, accepts: (order: number) => boolean): boolean => {
    if (limit === undefined) return true;
    const found = order(value, limit);
    return found !== undefined && accepts(found);
  };
  return (
    passes(gt, (found) => found > 0) &&
    passes(gte, (found) => found >= 0) &&
    passes(lt, (found) => found < 0) &&
    passes(lte, (found) => found <= 0)
  );
}

const isOneOf = (value: Value, { eq, ne, in: oneOf, exists }: Tests): boolean =>
  (eq === undefined || same(value, eq)) &&
  (ne === undefined || !same(value, ne)) &&
  (oneOf === undefined || oneOf.some((wanted) => same(value, wanted))) &&
  (exists === undefined || exists === known(value));

const hasPart = (value: Value, { contains: part, startsWith }: Tests): boolean =>
  (part === undefined || contains(value, part)) &&
  (startsWith === undefined || (typeof value === 'string' && value.startsWith(startsWith)));

/**
 * Returns whether a value passes every test. `ne` is the opposite of `eq`, so a missing value
 * passes.
 */
export function matchesCondition(value: Value, condition: Condition): boolean {
  if (typeof condition !== 'object' || condition === null) return same(value, condition);
  return isOneOf(value, condition) && hasPart(value, condition) && ordered(value, condition);
}

/** Returns a trait by its name, or by a dotted path into its value. */
function traitAt({ traits }: Profile, path: string): Value {
  const whole = Object.hasOwn(traits, path) ? traits[path] : undefined;
  if (whole) return whole.value;
  const dot = path.indexOf('.');
  const name = path.slice(0, dot);
  if (dot === -1 || !Object.hasOwn(traits, name)) return undefined;
  return valueAt(traits[name]?.value, path.slice(dot + 1));
}

const names = (name: string | string[]): string[] => (typeof name === 'string' ? [name] : name);

type Leaf<Word extends string> = Word extends string ? Extract<Predicate, Record<Word, unknown>> : never;

function eventMet({ event, where = {} }: Leaf<'event'>, { touchpoint }: EvaluationContext): boolean {
  if (!touchpoint || !names(event).includes(touchpoint.name)) return false;
  return Object.entries(where).every(([path, condition]) =>
    matchesCondition(valueAt(touchpoint.properties, path), condition),
  );
}

/** Counts all names together. With `within`, the latest must lie in that time before now. */
function didMet({ did, atLeast, atMost, within }: Leaf<'did'>, { profile, now }: EvaluationContext): boolean {
  const tallies = names(did).flatMap((name) => {
    const tally = Object.hasOwn(profile.counts, name) ? profile.counts[name] : undefined;
    return tally ? [tally] : [];
  });
  const n = tallies.reduce((sum, tally) => sum + tally.n, 0);
  const least = atLeast ?? (atMost === undefined ? 1 : 0);
  if (n < least || n > (atMost ?? Infinity)) return false;
  return within === undefined || tallies.some(({ last }) => msBetween(last, now) <= durationMs(within));
}

function featureMet({ feature, is }: Leaf<'feature'>, { profile }: EvaluationContext): boolean {
  const { n, revenue } = profile.purchases;
  const values = { purchases: n, revenue, averageOrder: n === 0 ? undefined : revenue / n };
  return matchesCondition(values[feature], is);
}

function channelMet({ channel }: Leaf<'channel'>, { profile, touchpoint }: EvaluationContext): boolean {
  if (touchpoint) return channel.includes(touchpoint.channel);
  return channel.some((name) => Object.hasOwn(profile.channels, name));
}

/** Leaves that name one entry of the profile's state. */
function matchesState(
  leaf: Leaf<'stage' | 'segment' | 'churn' | 'answer' | 'consents'>,
  { stage, segments, churn, answers, consent }: Profile,
): boolean {
  if ('stage' in leaf) return stage !== undefined && leaf.stage.includes(stage.id);
  if ('segment' in leaf) return leaf.segment.some((id) => Object.hasOwn(segments, id));
  if ('churn' in leaf) return churn !== undefined && leaf.churn.includes(churn.band);
  if ('answer' in leaf) return matchesCondition(answers[leaf.answer]?.value, leaf.is);
  return Object.hasOwn(consent, leaf.consents) && consent[leaf.consents]?.value === true;
}

/**
 * Returns whether a predicate matches a customer, at a touchpoint if there is one. Pure and total:
 * every valid predicate has a result, and a value of the wrong type does not match.
 */
export function matches(predicate: Predicate, context: EvaluationContext): boolean {
  const { profile, now } = context;
  if ('all' in predicate) return predicate.all.every((part) => matches(part, context));
  if ('any' in predicate) return predicate.any.some((part) => matches(part, context));
  if ('not' in predicate) return !matches(predicate.not, context);
  if ('trait' in predicate) return matchesCondition(traitAt(profile, predicate.trait), predicate.is);
  if ('event' in predicate) return eventMet(predicate, context);
  if ('did' in predicate) return didMet(predicate, context);
  if ('silentFor' in predicate) return msBetween(profile.lastSeen, now) >= durationMs(predicate.silentFor);
  if ('feature' in predicate) return featureMet(predicate, context);
  if ('channel' in predicate) return channelMet(predicate, context);
  return matchesState(predicate, profile);
}

/**
 * Returns true if no folded touchpoint can have matched: the predicate requires names that the
 * customer never sent. False if unknown, as for other predicates or past the limit of counted
 * names.
 */
export function cannotMatch(predicate: Predicate, { counts }: Pick<Profile, 'counts'>): boolean {
  if ('all' in predicate) return predicate.all.some((part) => cannotMatch(part, { counts }));
  if ('any' in predicate) return predicate.any.every((part) => cannotMatch(part, { counts }));
  return 'event' in predicate && [overflowKey, ...names(predicate.event)].every((name) => !Object.hasOwn(counts, name));
}

/**
 * Returns the index of the first match: 0 for `on`, then those of `or`. Undefined if none matches.
 */
export function matchedPredicateIndex(
  { on, or = [] }: { on: Predicate; or?: readonly Predicate[] | undefined },
  context: EvaluationContext,
): number | undefined {
  const index = [on, ...or].findIndex((predicate) => matches(predicate, context));
  return index === -1 ? undefined : index;
}
