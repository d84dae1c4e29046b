import { type ApiRoutes } from '../../../lib/aws/http.ts';
import { type PlacementStore } from '../../../lib/decision/placement-store.ts';
import { NotFound, Rejected, ThroughlineError } from '../../../lib/errors.ts';
import { type WorkspaceStore } from '../../../lib/ingestion/store.ts';
import { issuesOf } from '../../../lib/issues.ts';
import { check } from '../../../lib/journey/check.ts';
import { type JourneyDefinition } from '../../../lib/journey/definition.ts';
import { type JourneyStore } from '../../../lib/journey/journey-store.ts';
import { type PublishStore } from '../../../lib/journey/publish-store.ts';
import { replay, type Recorded } from '../../../lib/journey/simulate/replay.ts';
import { SimulateBody } from '../../../lib/journey/simulate/request.ts';
import { simulate } from '../../../lib/journey/simulate/simulate.ts';
import { type Clock, type Instant } from '../../../lib/time.ts';

interface Dependencies {
  workspaces: Pick<WorkspaceStore, 'settings'>;
  journeys: Pick<JourneyStore, 'head' | 'version'>;
  drafts: Pick<PublishStore, 'draft'>;
  /** Ready-made journeys that nobody has published. */
  ready: readonly JourneyDefinition[];
  placements: Pick<PlacementStore, 'all'>;
  recorded: (
    workspace: string,
    period: { journeyId: string; from: Instant; to: Instant; most: number },
  ) => Promise<{ recorded: Recorded[]; sample: boolean }>;
  clock: Clock;
}

function readBody(body: unknown): SimulateBody {
  const read = SimulateBody.safeParse(body ?? {});
  if (!read.success) throw new Rejected('simulation.invalid', { issues: issuesOf(read.error) });
  return read.data;
}

/** A journey on customers made up, or on those there are. Reads only; nothing is sent, and nothing is left behind. */
export function simulateRoutes(dependencies: Dependencies): ApiRoutes {
  const { workspaces, journeys, drafts, ready, placements, recorded, clock } = dependencies;

  async function published(workspace: string, id: string, version: number | undefined) {
    const newest = version ?? (await journeys.head(workspace, id))?.routes[0]?.version;
    return newest === undefined ? undefined : (await journeys.version(workspace, id, newest))?.definition;
  }

  /** What was sent along; the version named; the draft; the newest version; the ready-made journey. */
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

  /** Nobody is called from here, so any address will do. */
  function checked(definition: JourneyDefinition): JourneyDefinition {
    const faults = check(definition, { local: true }).filter(({ severity }) => severity === 'error');
    if (faults.length > 0) throw new ThroughlineError('invalid', 'journey.faulty', { faults });
    return definition;
  }

  return {
    'POST /v1/journeys/{id}/simulate': async ({ workspace: id, params, ...request }) => {
      const asked = readBody(request.body());
      const journeyId = params.id ?? '';
      const definition = checked(await definitionOf(id, journeyId, asked));
      const [workspace, all] = await Promise.all([workspaces.settings(id), placements.all(id)]);
      if (!workspace) throw new NotFound('workspace.unknown', { workspace: id });
      const common = { definition, workspace, placements: all, seed: asked.seed };
      if (asked.replay) {
        const { from, to, customers: most } = asked.replay;
        const history = await recorded(id, { journeyId, from, to, most });
        return { body: await replay({ ...common, ...history, from, to }) };
      }
      const midnight = Date.parse(asked.from ?? `${clock.now().slice(0, 10)}T00:00:00.000Z`);
      const { customers, days, population } = asked;
      return {
        body: await simulate({ ...common, customers, days, from: midnight, ...(population && { population }) }),
      };
    },
  };
}
