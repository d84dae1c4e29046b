import { type Table } from '../../aws/table/dynamo-table.ts';
import { type Customer } from '../../model/customer.ts';
import { type Workspace } from '../../model/workspace.ts';
import { isJsonObject } from '../../shared/json.ts';
import { identitiesOf } from '../../profile/customer-identities.ts';
import { partition, timelineRanges } from '../../model/keys/table-keys.ts';
import { parseTimedKey } from '../../model/keys/parse-keys.ts';
import { hourAt, isEngagement } from '../../profile/facts/engagement-hours.ts';
import { type Profile } from '../../model/profile.ts';
import { type ProfileStore } from '../../profile/profile-store.ts';
import { homeZone } from '../../profile/facts/home-zone.ts';
import { readCustomerHistory } from '../../report/touchpoint-reader.ts';
import { type Instant, addMs, dayMs } from '../../shared/time.ts';
import { type History } from './learn-send-times.ts';

/** Age limit of touchpoints and messages, ms. */
const spanMs = 180 * dayMs;

/** Limit of messages read of one identity, newest first. */
const mostMessages = 500;

/** Returns when marketing messages were sent to an identity, ms since 1970. */
async function contactsIn(table: Table, owner: Customer, since: Instant): Promise<number[]> {
  const prefix = timelineRanges.message;
  const rows = await table.query(partition(owner), {
    prefix,
    from: prefix + since,
    newestFirst: true,
    limit: mostMessages,
  });
  return rows.flatMap(({ sk, doc }) => {
    const said: unknown = typeof doc === 'string' ? JSON.parse(doc) : {};
    const sent = isJsonObject(said) && said.status === 'sent' && said.purpose === 'marketing';
    return sent ? [Date.parse(parseTimedKey(sk, prefix).at)] : [];
  });
}

interface HistoryDependencies {
  table: Table;
  profiles: Pick<ProfileStore, 'getMany'>;
}

async function readHistory(
  table: Table,
  profile: Profile,
  { workspace, now }: { workspace: Workspace; now: Instant },
): Promise<History> {
  const since = addMs(now, -spanMs);
  const window = { from: Date.parse(since), to: Date.parse(now), reads: 'touchpoints' } as const;
  const [{ touches }, ...contacts] = await Promise.all([
    readCustomerHistory(table, profile, window),
    ...identitiesOf(profile).map((owner) => contactsIn(table, owner, since)),
  ]);
  const zone = homeZone(profile, workspace);
  const acts = touches
    .filter(({ name }) => isEngagement(name, workspace))
    .map(({ at, channel }) => ({ at, channel, hour: hourAt(new Date(at).toISOString(), zone) }));
  return { customer: profile.customer, acts, contacts: contacts.flat().sort((a, b) => a - b) };
}

/**
 * Reads what customers did in the last half year, two to four read request units each. One after
 * another, because a customer's history may be large and the nightly job has time.
 */
export function historyReader({ table, profiles }: HistoryDependencies) {
  return async (customers: Customer[], workspace: Workspace, now: Instant): Promise<History[]> => {
    const stored = await profiles.getMany(customers, { consistent: false });
    const byCustomer = new Map([...stored.values()].map(({ profile }) => [profile.customer, profile]));
    const histories: History[] = [];
    for (const profile of byCustomer.values()) histories.push(await readHistory(table, profile, { workspace, now }));
    return histories;
  };
}

/** Reads histories of customers, as `historyReader` describes. */
export type ReadHistories = ReturnType<typeof historyReader>;
