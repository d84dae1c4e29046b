import { type Item } from '../../lib/aws/table/dynamo-table.ts';
import { userRef } from '../../lib/model/customer.ts';
import { type Enrolment, readEnrolment } from '../../lib/journey/enrolment/enrolment-record.ts';
import { partition } from '../../lib/model/keys/table-keys.ts';
import { type Person } from './many-customers.ts';
import { allRows } from './table-rows.ts';
import { type World } from './world.ts';

/** What is left of a customer's ways when a story is over. */
export interface Trail {
  stays: Enrolment[];
  /** The ledger: `First: sent`, by journey and in the order of names. */
  sends: (journeyId: string) => string[];
  /** Times of the e-mails that went out, by subject. */
  mails: Map<string, number[]>;
}

function lineOf({ stepId, status, reason }: Item): string {
  const why = status === 'skipped' ? ` (${String(reason)})` : '';
  return `${String(stepId)}: ${String(status)}${why}`;
}

/** The trails of people, by their ids. */
export async function trailsOf(world: World, people: Pick<Person, 'id'>[]): Promise<Map<string, Trail>> {
  const rows = Map.groupBy(await allRows(world.local), ({ pk }) => pk);
  const mails = Map.groupBy(world.local.services.mail.list({ limit: 1_000_000 }), ({ to }) => to.join());
  const trailOf = (id: string): Trail => {
    const mine = rows.get(partition({ workspace: world.local.keys.workspace, customer: userRef(id) })) ?? [];
    const got = Map.groupBy(mails.get(`${id}@example.com`) ?? [], ({ subject }) => subject);
    return {
      stays: mine.filter(({ sk }) => sk.startsWith('enrolment#')).map(readEnrolment),
      sends: (journeyId) =>
        mine.flatMap((row) => (row.sk.startsWith('send#') && row.journeyId === journeyId ? [lineOf(row)] : [])).sort(),
      mails: new Map([...got].map(([subject, all]) => [subject, all.map(({ at }) => Date.parse(at))])),
    };
  };
  return new Map(people.map(({ id }) => [id, trailOf(id)]));
}
