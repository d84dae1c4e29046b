import { createHash } from 'node:crypto';
import { type Table } from '../../aws/table/dynamo-table.ts';
import { newProfile, type Profile } from '../../model/profile.ts';
import { identitiesOf } from '../../profile/customer-identities.ts';
import { compact } from '../../shared/records.ts';
import { type Clock } from '../../shared/time.ts';
import { applyTouchpoint } from '../apply-touchpoint.ts';
import { type ProjectionRules } from '../projection-state.ts';
import { readTouchpoints, type StoredTouchpoint } from './stored-touchpoints.ts';

/** Where touchpoints are read from, and up to when. */
export interface TouchpointSource {
  table: Table;
  clock: Clock;
}

/** Facts and stage computed from all touchpoints of a customer. */
export interface RefoldResult {
  /** Undefined if no touchpoint is readable. */
  facts: Profile | undefined;
  /** Keys of unreadable rows, at most `maxNamed`. */
  unreadable: string[];
  touchpoints: number;
  /** Digest of all keys, in order. */
  digest: string;
}

/** Limit of unreadable rows returned. */
const maxNamed = 10;

/**
 * Fields kept from the stored profile. Stage rules on segments or risk see these present values.
 */
function keptFields(profile: Profile) {
  const { workspace, customer, journeys, waits, goals, decisions, segments, linked, folded } = profile;
  const { churn, silence, nextReview } = profile;
  const optional = compact({ churn, silence, nextReview });
  return { workspace, customer, journeys, waits, goals, decisions, segments, linked, folded, ...optional };
}

/** Folds one touchpoint as a backfill: it may move the stage, and triggers nothing. */
function refold(
  facts: Profile | undefined,
  { touchpoint, at }: Extract<StoredTouchpoint, { touchpoint: unknown }>,
  { stored, rules }: { stored: Profile; rules: ProjectionRules },
): Profile {
  const { workspace, customer, churn, segments } = stored;
  const profile = facts ?? { ...newProfile({ workspace, customer }, at), segments, ...compact({ churn }) };
  const state = { profile, signals: [], transitions: [] };
  const event = { touchpoint, at, isBackfill: true };
  return applyTouchpoint(state, event, { ...rules, journeys: [], segments: [] }).profile;
}

/** Folds all stored touchpoints of a customer. */
export async function refoldTouchpoints(
  { table, clock }: TouchpointSource,
  stored: Profile,
  rules: ProjectionRules,
): Promise<RefoldResult> {
  const hash = createHash('sha256');
  const result: RefoldResult = { facts: undefined, unreadable: [], touchpoints: 0, digest: '' };
  for await (const row of readTouchpoints(table, identitiesOf(stored), clock.now())) {
    hash.update(`${row.key.pk}\n${row.key.sk}\n`);
    result.touchpoints++;
    try {
      if ('reason' in row) throw new Error(row.reason);
      result.facts = refold(result.facts, row, { stored, rules });
    } catch {
      if (result.unreadable.length < maxNamed) result.unreadable.push(`${row.key.pk} ${row.key.sk}`);
    }
  }
  return { ...result, digest: hash.digest('hex') };
}

/** Returns the digest that `refoldTouchpoints` returns, from the present rows. */
export async function digestTouchpoints({ table, clock }: TouchpointSource, profile: Profile): Promise<string> {
  const hash = createHash('sha256');
  for await (const { key } of readTouchpoints(table, identitiesOf(profile), clock.now()))
    hash.update(`${key.pk}\n${key.sk}\n`);
  return hash.digest('hex');
}

/**
 * Returns the stage computed from touchpoints. If it equals the stored stage, or no touchpoint
 * matches a rule, the stored stage with its time is kept.
 */
function chooseStage(stored: Profile, facts: Profile): Profile['stage'] {
  return !facts.stage || facts.stage.id === stored.stage?.id ? stored.stage : facts.stage;
}

/** Returns the stored profile with the rebuilt facts. */
export function withFacts(stored: Profile, facts: Profile): Profile {
  const { stage: _, ...rest } = facts;
  return { ...rest, ...keptFields(stored), ...compact({ stage: chooseStage(stored, facts) }) };
}
