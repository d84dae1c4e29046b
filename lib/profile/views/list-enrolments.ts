import { type Table } from '../../aws/table/dynamo-table.ts';
import { stripRange } from '../../model/keys/parse-keys.ts';
import { partition, ranges } from '../../model/keys/table-keys.ts';
import { type Profile } from '../../model/profile.ts';
import { identitiesOf } from '../customer-identities.ts';
import { EnrolmentView } from './customer-view.ts';

/** Lists the enrolments of all identities, the newest first. One query for each identity. */
export async function listEnrolments(table: Table, profile: Profile): Promise<EnrolmentView[]> {
  const queries = identitiesOf(profile).map((owner) => table.query(partition(owner), { prefix: ranges.enrolment }));
  return (await Promise.all(queries))
    .flat()
    .map(({ pk: _pk, sk, listPk: _listPk, listSk: _listSk, ttl: _ttl, ...row }) =>
      EnrolmentView.parse({ ...row, enrolmentId: stripRange(sk, ranges.enrolment) }),
    )
    .sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
}
