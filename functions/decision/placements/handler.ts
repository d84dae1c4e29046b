import { createHash } from 'node:crypto';
import { type Bus } from '../../../lib/aws/bus.ts';
import { type ApiRoutes } from '../../../lib/aws/http.ts';
import { Placement } from '../../../lib/decision/placement.ts';
import { type PlacementStore } from '../../../lib/decision/placement-store.ts';
import { type PolicyStore } from '../../../lib/decision/policy-store.ts';
import { type PolicyView } from '../../../lib/decision/policy-view.ts';
import { ratesOf } from '../../../lib/decision/rates.ts';
import { type ReadStats } from '../../../lib/decision/stats-store.ts';
import { NotFound, Rejected, ThroughlineError, Unavailable } from '../../../lib/errors.ts';
import { issuesOf } from '../../../lib/issues.ts';
import { isJsonObject } from '../../../lib/json.ts';
import { pageById } from '../../../lib/paging.ts';
import { type Clock } from '../../../lib/time.ts';

interface Dependencies {
  placements: PlacementStore;
  policies: Pick<PolicyStore, 'get'>;
  stats: ReadStats;
  bus: Bus;
  clock: Clock;
}

/** Largest placement that is kept: an item holds 400 KB, and each environment reads all placements of a workspace. Bytes of JSON. */
const maxBytes = 256 * 1024;

/** The id may be left out of the body: the address has it. */
function readPlacement(body: unknown, id: string): Placement {
  const read = Placement.safeParse(isJsonObject(body) ? { id, ...body } : body);
  if (!read.success) throw new Rejected('placement.invalid', { issues: issuesOf(read.error) });
  if (read.data.id !== id) throw new Rejected('placement.invalid', { hint: `the address says "${id}"` });
  if (Buffer.byteLength(JSON.stringify(read.data)) > maxBytes)
    throw new ThroughlineError('tooLarge', 'placement.too-large', { maxBytes });
  return read.data;
}

/**
 * The placements of a workspace: the shipped ones, and its own, which stand in for shipped ones of the same id. A PUT replaces a
 * placement whole and may be repeated; what was learnt of offers that keep their id is kept. Decisions follow within a minute. A change is
 * told on the bus after it is stored; where the bus does not take it the answer is 503, and the same PUT tells it again.
 */
export function placementRoutes({ placements, policies, stats, bus, clock }: Dependencies): ApiRoutes {
  async function known(workspace: string, id = ''): Promise<Placement> {
    const placement = await placements.get(workspace, id);
    if (!placement) throw new NotFound('placement.unknown', { placement: id });
    return placement;
  }

  async function tell(workspace: string, placement: Placement): Promise<void> {
    const text = JSON.stringify([workspace, placement]);
    const id = createHash('sha256').update(text).digest('hex').slice(0, 32);
    const detail = { id, workspace, occurredAt: clock.now(), placement: placement.id };
    if ((await bus.put([{ name: 'PlacementChanged', detail }])).length > 0)
      throw new Unavailable('bus.refused', { placement: placement.id });
  }

  return {
    'GET /v1/placements': async ({ workspace, query }) => ({
      body: pageById(await placements.all(workspace), query.cursor, { idOf: ({ id }) => id }),
    }),

    'GET /v1/placements/{id}': async ({ workspace, params }) => ({ body: await known(workspace, params.id) }),

    'GET /v1/placements/{id}/policy': async ({ workspace, params }) => {
      const placement = await known(workspace, params.id);
      const [{ judgedThrough: _, ...record }, tries] = await Promise.all([
        policies.get(workspace, placement.id),
        stats(workspace, placement.id),
      ]);
      const body: PolicyView = { placement: placement.id, ...record, rates: ratesOf(placement, tries) };
      return { body };
    },

    'PUT /v1/placements/{id}': async (request) => {
      const placement = readPlacement(request.body(), request.params.id ?? '');
      await placements.save(request.workspace, placement);
      await tell(request.workspace, placement);
      return { body: placement };
    },
  };
}
