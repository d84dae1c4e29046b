import { type PlacementStore } from '#lib/decision/placements/placement-store.ts';
import { type WorkspaceStore } from '#lib/ingestion/workspace/workspace-store.ts';
import { type TimeLimit } from '#lib/journey/simulation/attempts.ts';
import { replayJourney, type RecordedHistory } from '#lib/journey/simulation/replay.ts';
import { simulateJourney } from '#lib/journey/simulation/simulate-journey.ts';
import { type SimulateBody } from '#lib/journey/simulation/simulation-request.ts';
import { projectInMemory } from '#lib/projection/simulated-projection.ts';
import { NotFound } from '#lib/shared/errors.ts';
import { type Clock, type Instant } from '#lib/shared/time.ts';
import { bounded } from '#lib/shared/trim.ts';
import { type DefinitionDependencies, findDefinition } from './find-definition.ts';

/** What a simulation reads, and the clocks that it is measured by. */
export interface SimulationDependencies extends DefinitionDependencies {
  workspaces: Pick<WorkspaceStore, 'settings'>;
  placements: Pick<PlacementStore, 'all'>;
  recorded: (
    workspace: string,
    period: { journeyId: string; from: Instant; to: Instant; maxCustomers: number; isStopped: () => boolean },
  ) => Promise<{ recorded: RecordedHistory[]; sample: boolean }>;
  clock: Clock;
  /** Milliseconds since some moment of this process. Measures how long a request has taken. */
  elapsed: () => number;
}

/**
 * Maximum time to the answer, ms. The gateway times out after 30 s, and the function after 29 s.
 */
const maxMs = 20_000;

/** Part of that for reading recorded histories, ms. */
const maxReadingMs = 8_000;

/** The journey to simulate, and when its request came, by `elapsed`. */
interface Target {
  workspace: string;
  journeyId: string;
  began: number;
}

/** What the simulations of synthetic and of recorded customers have in common. */
async function readCommon(
  dependencies: SimulationDependencies,
  { workspace: id, journeyId }: Target,
  body: SimulateBody,
) {
  const { workspaces, placements } = dependencies;
  const definition = await findDefinition(dependencies, { workspace: id, journeyId }, body);
  const [workspace, all] = await Promise.all([workspaces.settings(id), placements.all(id)]);
  if (!workspace) throw new NotFound('workspace.unknown', { workspace: id });
  return { apply: projectInMemory, definition, workspace, placements: all, seed: body.seed };
}

/** The time that is left of the request. */
const limitOf = ({ elapsed }: SimulationDependencies, { began }: Target): TimeLimit => ({
  now: elapsed,
  ms: maxMs - (elapsed() - began),
});

async function replay(
  dependencies: SimulationDependencies,
  target: Target,
  { body, period }: { body: SimulateBody; period: NonNullable<SimulateBody['replay']> },
): Promise<object> {
  const { recorded, elapsed } = dependencies;
  const { workspace, journeyId, began } = target;
  const common = await readCommon(dependencies, target, body);
  const { from, to, customers: maxCustomers } = period;
  const isStopped = (): boolean => elapsed() - began > maxReadingMs;
  const history = await recorded(workspace, { journeyId, from, to, maxCustomers, isStopped });
  const result = await replayJourney({ ...common, ...history, from, to }, limitOf(dependencies, target));
  return bounded(result, ['would.steps']);
}

async function simulate(dependencies: SimulationDependencies, target: Target, body: SimulateBody): Promise<object> {
  const common = await readCommon(dependencies, target, body);
  const midnight = Date.parse(body.from ?? `${dependencies.clock.now().slice(0, 10)}T00:00:00.000Z`);
  const { customers, days, population } = body;
  const request = { ...common, customers, days, from: midnight, ...(population && { population }) };
  return bounded(await simulateJourney(request, limitOf(dependencies, target)), ['steps']);
}

/**
 * Simulates a journey with synthetic or recorded customers. Sends nothing and stores nothing.
 * Returns what is done after 20 seconds.
 */
export function runSimulation(
  dependencies: SimulationDependencies,
  journey: { workspace: string; journeyId: string },
  body: SimulateBody,
): Promise<object> {
  const target = { ...journey, began: dependencies.elapsed() };
  const { replay: period } = body;
  return period ? replay(dependencies, target, { body, period }) : simulate(dependencies, target, body);
}
