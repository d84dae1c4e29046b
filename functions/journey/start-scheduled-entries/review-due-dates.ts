import { pastRefused } from '#lib/aws/table/past-refused.ts';
import { listShards, partition } from '#lib/model/keys/table-keys.ts';
import { type ProfileStore } from '#lib/profile/profile-store.ts';
import { type DueEntry, type MembershipIndex } from '#lib/segment/membership-index.ts';
import { addMs, type Instant } from '#lib/shared/time.ts';
import { type DateContext, recomputeDate } from '#lib/journey/scheduling/due-dates.ts';
import { maxZoneShiftMs } from '#lib/journey/scheduling/look-ahead.ts';

const pageSize = 100;
const lanes = 16;

/** Time that must be left before a page is read, ms. */
const spareMs = 10_000;

/** The stores that a review reads and writes. */
export interface DateReviewDependencies {
  directory: MembershipIndex;
  profiles: ProfileStore;
  /** The release of zone data that local times follow. */
  zones: string;
}

/** A workspace whose dates are reviewed. */
interface ReviewRun extends DateContext {
  workspace: string;
  timeLeft: () => number;
}

/**
 * Reschedules dates of a page that new zone data shifts. One that is no date any more, or is
 * refused, is handled when due.
 */
async function moveDates(
  { directory, profiles }: DateReviewDependencies,
  context: DateContext,
  rows: DueEntry[],
): Promise<void> {
  const customers = rows.map(({ customer }) => customer);
  const stored = await profiles.getMany(customers, { consistent: false });
  await pastRefused(rows, lanes, async (row) => {
    const at = recomputeDate(row, stored.get(partition(row.customer)), context);
    if (at !== undefined && at !== row.at) await directory.rescheduleDate(row, at);
  });
}

/** Reviews the dates of one shard. Returns their number, or undefined if time is up. */
async function reviewShard(
  dependencies: DateReviewDependencies,
  run: ReviewRun,
  { shard, ...period }: { shard: number; after: Instant; upTo: Instant },
): Promise<number | undefined> {
  const rows = await dependencies.directory.due({ workspace: run.workspace, shard }, period);
  for (let i = 0; i < rows.length; i += pageSize) {
    if (run.timeLeft() < spareMs) return undefined;
    await moveDates(dependencies, run, rows.slice(i, i + pageSize));
  }
  return rows.length;
}

/**
 * Recomputes dates that fall due within a day: each once, and all of them after the zone data
 * changed. Safe to crash: the checkpoint is written at the end, so the next run repeats the work,
 * which reschedules no date twice.
 */
export async function reviewDates(dependencies: DateReviewDependencies, run: ReviewRun): Promise<void> {
  const { directory, zones } = dependencies;
  const { workspace, now } = run;
  const upTo = addMs(now, maxZoneShiftMs);
  const last = await directory.dateReview(workspace);
  const after = last?.zones === zones && last.through > now ? last.through : now;
  let found = 0;
  for (let shard = 0; shard < listShards; shard++) {
    const reviewed = await reviewShard(dependencies, run, { shard, after, upTo });
    if (reviewed === undefined) return;
    found += reviewed;
  }
  if (found > 0 || last?.zones !== zones) await directory.noteDateReview(workspace, { through: upTo, zones });
}
