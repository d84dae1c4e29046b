import { type Table } from '../aws/table/dynamo-table.ts';
import { type Customer } from '../model/customer.ts';
import { partition } from '../model/keys/table-keys.ts';
import { type MembershipIndex } from '../segment/membership-index.ts';
import { matches } from '../predicate/evaluate.ts';
import { type Profile } from '../model/profile.ts';
import { type ProfileStore } from '../profile/profile-store.ts';
import { type Instant } from '../shared/time.ts';
import { readCustomersOf } from './customer-reader.ts';
import { type Coverage } from './report-record.ts';
import { reportKinds, type ReportAnswer, type ReportRequest, startReport } from './kinds/report-request.ts';
import { type CustomerHistoryRead, type ReportAccumulator, type ReportWindow } from './kinds/report-kind.ts';
import { readCustomerHistory, type CustomerReading } from './touchpoint-reader.ts';
import { chunksOf } from '../shared/lists.ts';

/** Customers whose history is read at the same time. */
const concurrency = 16;

/** A request with the time it covers. */
export interface ReportRun {
  workspace: string;
  request: ReportRequest;
  scope: ReportWindow;
  now: Instant;
  /** Called before each customer. Returns what has run out, or undefined to continue. */
  stopped: () => Coverage['stopped'];
}

interface Dependencies {
  table: Table;
  profiles: Pick<ProfileStore, 'getMany'>;
  directory: MembershipIndex;
}

/** Returns the test of whether a profile belongs to the audience of a report. */
function audienceOf({ segment, predicate }: ReportRequest, now: Instant): (profile: Profile) => boolean {
  return (profile) =>
    (segment === undefined || Object.hasOwn(profile.segments, segment)) &&
    (predicate === undefined || matches(predicate, { profile, now }));
}

/** One pass over the customers: what it reads, and what it has read so far. */
interface CustomerPass {
  report: ReportAccumulator<ReportAnswer>;
  reading: CustomerReading;
  isWanted: (profile: Profile) => boolean;
  stopped: ReportRun['stopped'];
  coverage: Coverage;
  /** Partitions of customers that were read, under each of their identities. */
  seen: Set<string>;
}

function startPass({ request, scope, now, stopped }: ReportRun): CustomerPass {
  return {
    report: startReport(request, scope),
    reading: {
      ...{ reads: reportKinds[request.kind].reads, from: scope.from, to: scope.to },
      ...(request.kind === 'attribution' && { worth: request.worth }),
    },
    isWanted: audienceOf(request, now),
    stopped,
    coverage: { complete: true, customersRead: 0, customersMatched: 0, touchpointsRead: 0, customersCut: 0 },
    seen: new Set(),
  };
}

function addCustomer({ coverage, report }: CustomerPass, read: CustomerHistoryRead & { cut: boolean }): void {
  coverage.customersRead++;
  coverage.customersMatched++;
  coverage.touchpointsRead += read.touches.length;
  if (read.cut) coverage.customersCut++;
  report.add(read);
}

/** Returns the profiles of a page that belong to the audience, without customers read before. */
async function readNewProfiles(
  { isWanted, coverage, seen }: CustomerPass,
  { profiles }: Dependencies,
  page: Customer[],
): Promise<Profile[]> {
  const fresh = page.filter((customer) => !seen.has(partition(customer)));
  const stored = await profiles.getMany(fresh, { consistent: false });
  const found = fresh.flatMap((customer) => stored.get(partition(customer))?.profile ?? []);
  const once = found.filter((profile) => !seen.has(partition(profile)));
  for (const customer of [...fresh, ...once]) seen.add(partition(customer));
  const wanted = once.filter(isWanted);
  coverage.customersRead += once.length - wanted.length;
  return wanted;
}

/** Reads the histories of a page. Returns what ran out, or undefined at the end of the page. */
async function readPage(
  pass: CustomerPass,
  dependencies: Dependencies,
  page: Customer[],
): Promise<Coverage['stopped']> {
  const exhausted = pass.stopped();
  if (exhausted) return exhausted;
  for (const chunk of chunksOf(await readNewProfiles(pass, dependencies, page), concurrency)) {
    const reads = await Promise.all(
      chunk.map((profile) => readCustomerHistory(dependencies.table, profile, pass.reading)),
    );
    for (const read of reads) {
      const reason = pass.stopped();
      if (reason) return reason;
      addCustomer(pass, read);
    }
  }
  return undefined;
}

/**
 * Computes a report in one pass over its customers, each once. Ends early if `stopped` says so; the
 * coverage then names the reason. Memory: the names of customers, the report and sixteen histories.
 * Costs 1.5 to 2 read request units for a customer with ten touchpoints: 0.5 for the profile, 0.5
 * for clock skews, 0.5 for each 4 KB of touchpoints and 0.02 for the list.
 */
export async function runReport(
  dependencies: Dependencies,
  run: ReportRun,
): Promise<{ answer: ReportAnswer; coverage: Coverage }> {
  const pass = startPass(run);
  const audience = { workspace: run.workspace, segment: run.request.segment };
  for await (const page of readCustomersOf(dependencies, audience)) {
    const stopped = await readPage(pass, dependencies, page);
    if (!stopped) continue;
    Object.assign(pass.coverage, { complete: false, stopped });
    break;
  }
  return { answer: pass.report.result(), coverage: pass.coverage };
}
