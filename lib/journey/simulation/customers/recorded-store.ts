import * as z from 'zod';
import { type Table } from '#lib/aws/table/dynamo-table.ts';
import { mapConcurrent } from '#lib/shared/concurrency.ts';
import { type Customer, customerId } from '#lib/model/customer.ts';
import { Touchpoint } from '#lib/model/touchpoint.ts';
import { parseTimedKey } from '#lib/model/keys/parse-keys.ts';
import { partition, ranges, timelineRanges } from '#lib/model/keys/table-keys.ts';
import { type Profile } from '#lib/model/profile.ts';
import { type ProfileStore } from '#lib/profile/profile-store.ts';
import { type Instant } from '#lib/shared/time.ts';
import { identitiesOf } from '#lib/profile/customer-identities.ts';
import { type RecordedHistory } from '../replay.ts';

interface Period {
  journeyId: string;
  from: Instant;
  to: Instant;
}

/**
 * Maximum number of touchpoints read for each identity, the latest. Older ones say little about the
 * period.
 */
const maxTouchpoints = 500;
const maxMessages = 200;
const concurrency = 8;

const Message = z.object({ journeyId: z.string(), stepId: z.string(), status: z.string() });
const Row = z.object({
  journeyId: z.string(),
  startedAt: z.string(),
  endedAt: z.string().optional(),
  outcome: z.string().optional(),
});

const json = (doc: unknown): object => JSON.parse(String(doc)) as object; // rows of ours hold objects

async function touchpointsOf(table: Table, owner: Customer, to: Instant): Promise<Touchpoint[]> {
  const prefix = timelineRanges.touchpoint;
  const range = { prefix, before: `${prefix}${to}`, limit: maxTouchpoints, newestFirst: true };
  const rows = await table.query(partition(owner), range);
  return rows.map(({ sk, doc }) => {
    const { at, id } = parseTimedKey(sk, prefix);
    return Touchpoint.parse({ ...json(doc), at, messageId: id });
  });
}

async function messagesOf(table: Table, owner: Customer, { journeyId, from, to }: Period) {
  const prefix = timelineRanges.message;
  const range = { from: `${prefix}${from}`, before: `${prefix}${to}`, limit: maxMessages };
  const rows = await table.query(partition(owner), range);
  const all = rows.map(({ doc }) => Message.parse(json(doc)));
  return all.filter((message) => message.journeyId === journeyId);
}

async function enrolmentsOf(table: Table, owner: Customer, { journeyId, from, to }: Period) {
  const rows = await table.query(partition(owner), { prefix: ranges.enrolment, limit: maxMessages });
  const all = rows.map((row) => Row.parse(row));
  return all.filter((row) => row.journeyId === journeyId && row.startedAt >= from && row.startedAt < to);
}

const countByName = (names: readonly string[]): Record<string, number> =>
  Object.fromEntries([...Map.groupBy(names, (name) => name)].map(([name, all]) => [name, all.length]));

/** Reads what one customer and the journey did in the period. Three queries for each identity. */
async function recordedOf(table: Table, profile: Profile, period: Period): Promise<RecordedHistory> {
  const owners = identitiesOf(profile);
  const [touchpoints, messages, enrolments] = await Promise.all([
    Promise.all(owners.map((owner) => touchpointsOf(table, owner, period.to))),
    Promise.all(owners.map((owner) => messagesOf(table, owner, period))),
    Promise.all(owners.map((owner) => enrolmentsOf(table, owner, period))),
  ]);
  const ended = enrolments
    .flat()
    .flatMap(({ endedAt, outcome }) => (endedAt && endedAt < period.to ? [outcome ?? ''] : []));
  const steps = (status: string): string[] =>
    messages.flat().flatMap((message) => (message.status === status ? [message.stepId] : []));
  return {
    id: customerId(profile.customer),
    touchpoints: touchpoints.flat().sort((a, b) => (a.at < b.at ? -1 : 1)),
    happened: {
      entered: enrolments.flat().length,
      ended: countByName(ended),
      sent: countByName(steps('sent')),
      skipped: countByName(steps('skipped')),
    },
  };
}

/**
 * Reads the recorded histories of at most `maxCustomers` customers, sorted by id. `sample` is true
 * if there are more, or `isStopped` ended the reading. About three read request units each.
 */
export async function readRecorded(
  { table, profiles }: { table: Table; profiles: ProfileStore },
  customers: AsyncIterable<Customer[]>,
  { maxCustomers, isStopped = () => false, ...period }: Period & { maxCustomers: number; isStopped?: () => boolean },
): Promise<{ recorded: RecordedHistory[]; sample: boolean }> {
  const found = new Map<string, Profile>();
  let sample = false;
  for await (const page of customers) {
    const stored = await profiles.getMany(page, { consistent: false });
    for (const { profile } of stored.values()) {
      if (found.size < maxCustomers || found.has(profile.customer)) found.set(profile.customer, profile);
      else sample = true;
    }
    sample ||= isStopped();
    if (sample) break;
  }
  const recorded: RecordedHistory[] = [];
  await mapConcurrent([...found.values()], concurrency, async (profile) => {
    if (isStopped()) sample = true;
    else recorded.push(await recordedOf(table, profile, period));
  });
  recorded.sort((a, b) => (a.id < b.id ? -1 : 1));
  return { recorded, sample };
}
