import { randomUUID } from 'node:crypto';
import { type ApiRoutes } from '../../../lib/aws/http/api-function.ts';
import { type PlacementStore } from '../../../lib/decision/placements/placement-store.ts';
import { NotFound, Rejected, ThroughlineError } from '../../../lib/shared/errors.ts';
import { type WorkspaceStore } from '../../../lib/ingestion/workspace/workspace-store.ts';
import { issuesOf } from '../../../lib/shared/http/issues.ts';
import { validateJourney } from '../../../lib/journey/validation/validate-journey.ts';
import { type JourneyDefinition } from '../../../lib/journey/definition/journey-definition.ts';
import { type JourneyStore } from '../../../lib/journey/publishing/journey-store.ts';
import { type PublishStore } from '../../../lib/journey/publishing/version-store.ts';
import { replayJourney, type RecordedHistory } from '../../../lib/journey/simulation/replay.ts';
import { SimulateBody } from '../../../lib/journey/simulation/simulation-request.ts';
import { simulateJourney } from '../../../lib/journey/simulation/simulate-journey.ts';
import { type QuotaStore, withinQuota } from '../../../lib/quota/quota-store.ts';
import { type Clock, type Instant } from '../../../lib/shared/time.ts';
import { bounded } from '../../../lib/shared/trim.ts';
import { projectInMemory } from '../../../lib/projection/simulated-projection.ts';

interface Dependencies {
  workspaces: Pick<WorkspaceStore, 'settings'>;
  journeys: Pick<JourneyStore, 'readRecord' | 'version'>;
  drafts: Pick<PublishStore, 'draft'>;
  /** Journey templates that no workspace has published. */
  ready: readonly JourneyDefinition[];
  placements: Pick<PlacementStore, 'all'>;
  recorded: (
    workspace: string,
    period: { journeyId: string; from: Instant; to: Instant; most: number; isStopped: () => boolean },
  ) => Promise<{ recorded: RecordedHistory[]; sample: boolean }>;
  quotas: QuotaStore;
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

/** Maximum size of a definition in the body, bytes of JSON: the maximum that can be saved. */
const maxBytes = 256 * 1024;

function readBody(body: unknown): SimulateBody {
  const read = SimulateBody.safeParse(body ?? {});
  if (!read.success) throw new Rejected('simulation.invalid', { issues: issuesOf(read.error) });
  if (Buffer.byteLength(JSON.stringify(read.data.definition ?? {})) > maxBytes)
    throw new ThroughlineError('tooLarge', 'journey.too-large', { maxBytes });
  return read.data;
}

/**
 * Simulates a journey with synthetic or recorded customers. Sends nothing and stores nothing but a
 * count in the workspace's quota. Returns what is done after 20 seconds. A crash leaves the count
 * until its lease expires.
 */
export function handleSimulateRoutes(dependencies: Dependencies): ApiRoutes {
  const { workspaces, journeys, drafts, ready, placements, recorded, quotas, clock, elapsed } = dependencies;

  async function published(workspace: string, id: string, version: number | undefined) {
    const newest = version ?? (await journeys.readRecord(workspace, id))?.routes[0]?.version;
    return newest === undefined ? undefined : (await journeys.version(workspace, id, newest))?.definition;
  }

  /**
   * Returns, in this order: the definition in the body, the version named, the draft, the newest
   * version, the template.
   */
  async function definitionOf(workspace: string, id: string, asked: SimulateBody): Promise<JourneyDefinition> {
    if (asked.definition) return { ...asked.definition, id, version: 1 };
    if (asked.version === undefined) {
      const draft = await drafts.draft(workspace, id);
      if (draft) return { ...draft.draft, version: 1 };
    }
    const found = (await published(workspace, id, asked.version)) ?? ready.find((each) => each.id === id);
    if (!found) throw new NotFound('journey.unknown', { journeyId: id });
    return found;
  }

  /**
   * Returns the definition, or throws its errors. A simulation calls no address, so private ones
   * are valid.
   */
  function checked(definition: JourneyDefinition): JourneyDefinition {
    const faults = validateJourney(definition, { local: true }).filter(({ severity }) => severity === 'error');
    if (faults.length > 0) throw new ThroughlineError('invalid', 'journey.faulty', { faults });
    return definition;
  }

  async function simulated(id: string, journeyId: string, asked: SimulateBody): Promise<object> {
    const began = elapsed();
    const definition = checked(await definitionOf(id, journeyId, asked));
    const [workspace, all] = await Promise.all([workspaces.settings(id), placements.all(id)]);
    if (!workspace) throw new NotFound('workspace.unknown', { workspace: id });
    const common = { apply: projectInMemory, definition, workspace, placements: all, seed: asked.seed };
    const limit = () => ({ now: elapsed, ms: maxMs - (elapsed() - began) });
    if (asked.replay) {
      const { from, to, customers: most } = asked.replay;
      const isStopped = (): boolean => elapsed() - began > maxReadingMs;
      const history = await recorded(id, { journeyId, from, to, most, isStopped });
      return bounded(await replayJourney({ ...common, ...history, from, to }, limit()), ['would.steps']);
    }
    const midnight = Date.parse(asked.from ?? `${clock.now().slice(0, 10)}T00:00:00.000Z`);
    const { customers, days, population } = asked;
    const request = { ...common, customers, days, from: midnight, ...(population && { population }) };
    return bounded(await simulateJourney(request, limit()), ['steps']);
  }

  return {
    'POST /v1/journeys/{id}/simulate': async ({ workspace, params, ...request }) => {
      const asked = readBody(request.body());
      const place = { workspace, work: 'simulation', id: randomUUID() } as const;
      return { body: await withinQuota(quotas, place, () => simulated(workspace, params.id ?? '', asked)) };
    },
  };
}
