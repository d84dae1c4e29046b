import * as z from 'zod';
import { type Item, type Table } from '../../aws/table/dynamo-table.ts';
import { type Customer } from '../../model/customer.ts';
import { identitiesOf } from '../../profile/customer-identities.ts';
import { keys, listShard, lists, partition, timelineRanges } from '../../model/keys/table-keys.ts';
import { parseTimedKey } from '../../model/keys/parse-keys.ts';
import { type Profile } from '../../model/profile.ts';
import { profileStore } from '../../profile/profile-store.ts';
import { addDuration, type Duration, type Instant, ttlAfter } from '../../shared/time.ts';
import { type PastDecision } from './choose-offer.ts';
import { Decision, OfferReason } from './decision.ts';
import { withReasonText } from './decision-text.ts';
import { ifAbsent } from '../../aws/table/conditions.ts';

/** How long a decision can be found by its id after its last possible outcome. */
const keptFor: Duration = '30d';

/** Maximum number of earlier decisions that are read for caps. */
const mostPast = 100;

/** Stored decisions of customers. */
export interface DecisionStore {
  /** Finds a decision by its id, also if it was made for an identity linked since. Two reads. */
  find(profile: Profile, decisionId: string): Promise<Decision | undefined>;
  /** Returns the newest 100 decisions on a placement since `since`. One query per identity. */
  past(profile: Profile, placement: string, since: Instant): Promise<PastDecision[]>;
  /**
   * Stores the decision and the profile in one transaction. Returns false if the profile was
   * written since `rev`, or the decision id exists.
   */
  record(decided: { profile: Profile; decision: Decision; until: Instant }, rev: number): Promise<boolean>;
}

/**
 * Row of the timeline, about 700 bytes. Texts of reasons are generated on reading. `relay`
 * publishes the row, `learn` marks its exposure and success on it.
 */
function decisionItem(owner: Customer, decision: Decision): Item {
  const { decisionId, at, placement, offer, stage, propensity, policyVersion, reasons, context, voice } = decision;
  const bare = reasons.map(({ text: _made, ...reason }) => reason);
  return {
    ...keys.decision(owner, at, decisionId),
    ...{ decisionId, placement, offer: offer.id, stage, propensity, policyVersion },
    doc: JSON.stringify({ content: offer.content, reasons: bare, context, voice }),
    ...{ listPk: lists.decisions(owner.workspace, placement, listShard(owner)), listSk: at },
  };
}

const Doc = z.object({
  content: Decision.shape.offer.shape.content,
  reasons: z.array(OfferReason.omit({ text: true })),
  context: Decision.shape.context,
  voice: Decision.shape.voice,
});
const Row = Decision.omit({ at: true, offer: true, reasons: true, context: true, voice: true });

/** Reads a decision from its timeline row. */
export function readDecision(item: Item, at: Instant): Decision {
  const { content, reasons, ...doc } = Doc.parse(JSON.parse(String(item.doc)));
  return {
    ...Row.parse(item),
    at,
    offer: { id: String(item.offer), content },
    reasons: reasons.map(withReasonText),
    ...doc,
  };
}

async function findDecision(table: Table, profile: Profile, decisionId: string): Promise<Decision | undefined> {
  const owners = identitiesOf(profile);
  const items = await table.getMany(
    owners.map((owner) => keys.decided(owner, decisionId)),
    { consistent: true },
  );
  const [item] = items;
  const owner = owners.find((one) => partition(one) === item?.pk);
  if (!item || !owner) return undefined;
  const at = String(item.at);
  const row = await table.get(keys.decision(owner, at, decisionId), { consistent: true });
  return row && readDecision(row, at);
}

async function readPast(
  table: Table,
  profile: Profile,
  { placement, since }: { placement: string; since: Instant },
): Promise<PastDecision[]> {
  const prefix = timelineRanges.decision;
  const page = { prefix, from: prefix + since, newestFirst: true, limit: mostPast, consistent: true };
  const rows = await Promise.all(identitiesOf(profile).map((owner) => table.query(partition(owner), page)));
  return rows
    .flat()
    .filter((row) => row.placement === placement)
    .map(({ sk, offer }) => ({ offer: String(offer), at: parseTimedKey(sk, prefix).at }));
}

async function recordDecision(
  table: Table,
  { profile, decision, until }: { profile: Profile; decision: Decision; until: Instant },
  rev: number,
): Promise<boolean> {
  const { at, placement, stage, offer, decisionId, context } = decision;
  const features = context && { context: JSON.stringify(context) };
  const ttl = ttlAfter(addDuration(until, keptFor), 0);
  const decided = { ...keys.decided(profile, decisionId), at, placement, stage, offer: offer.id, ttl, ...features };
  const also = [{ put: decisionItem(profile, decision) }, { put: decided, if: ifAbsent }];
  return profileStore(table).save({ profile, also }, rev);
}

/** The store over the table. */
export function decisionStore(table: Table): DecisionStore {
  return {
    find: (profile, decisionId) => findDecision(table, profile, decisionId),
    past: (profile, placement, since) => readPast(table, profile, { placement, since }),
    record: (decided, rev) => recordDecision(table, decided, rev),
  };
}
