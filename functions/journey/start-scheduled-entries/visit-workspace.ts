import { type BeginScheduleDependencies, beginSchedules } from '#lib/journey/scheduling/begin-schedules.ts';
import { carryOutFanOut, type FanOutDependencies } from '#lib/journey/scheduling/carry-out-fan-out.ts';
import { type DateDependencies, enterDueDates } from './enter-due-dates.ts';

/** The stores and the bus that a workspace is visited with. */
export interface VisitDependencies extends BeginScheduleDependencies, FanOutDependencies, DateDependencies {}

/**
 * Begins the due schedules of a workspace, carries out its open fan-outs and enters its due dates.
 * Returns the numbers of entry requests. The caller isolates a failure from other workspaces.
 */
export async function visitWorkspace(
  dependencies: VisitDependencies,
  workspace: string,
  timeLeft: () => number,
): Promise<{ knocked: number; dates: number }> {
  const { journeys, fanOuts, clock } = dependencies;
  const now = clock.now();
  const live = await journeys.live(workspace);
  for (const journey of live) await beginSchedules(dependencies, { workspace, journey, now });
  let knocked = 0;
  for (const id of await fanOuts.open(workspace, now))
    knocked += await carryOutFanOut(dependencies, { workspace, id }, timeLeft);
  return { knocked, dates: await enterDueDates(dependencies, { workspace, live, now }, timeLeft) };
}
