import { type Table } from '../aws/table/dynamo-table.ts';
import { type Profile } from '../model/profile.ts';
import { timelineRanges, partition } from '../model/keys/table-keys.ts';
import { parseTimedKey } from '../model/keys/parse-keys.ts';
import { Touchpoint } from '../model/touchpoint.ts';
import { type Instant } from '../shared/time.ts';
import { identitiesOf } from './customer-identities.ts';

/** Limit of touchpoints between a trigger and its enrolment. No customer causes more. */
const maxSince = 200;
/**
 * Returns the touchpoints of all identities from `since`, by their sources' times, whether folded
 * into the profile or not.
 */
export async function touchpointsSince(table: Table, profile: Profile, since: Instant): Promise<Touchpoint[]> {
  const prefix = timelineRanges.touchpoint;
  const range = { prefix, from: `${prefix}${since}`, limit: maxSince, consistent: true };
  const rows = await Promise.all(identitiesOf(profile).map((owner) => table.query(partition(owner), range)));
  return rows.flat().map(({ sk, doc }) => {
    const { at, id } = parseTimedKey(sk, prefix);
    return Touchpoint.parse({ ...(JSON.parse(String(doc)) as object), at, messageId: id });
  });
}
