import { type ApiRoutes } from '../../../lib/aws/http.ts';
import { Placement } from '../../../lib/decision/placement.ts';
import { type PlacementStore } from '../../../lib/decision/placement-store.ts';
import { NotFound, Rejected } from '../../../lib/errors.ts';
import { issuesOf } from '../../../lib/issues.ts';
import { isJsonObject } from '../../../lib/json.ts';

/** The id may be left out of the body: the address has it. */
function readPlacement(body: unknown, id: string): Placement {
  const read = Placement.safeParse(isJsonObject(body) ? { id, ...body } : body);
  if (!read.success) throw new Rejected('placement.invalid', { issues: issuesOf(read.error) });
  if (read.data.id !== id) throw new Rejected('placement.invalid', { hint: `the address says "${id}"` });
  return read.data;
}

/**
 * The placements of a workspace: the shipped ones, and its own, which stand in for shipped ones of the same id. A PUT replaces a
 * placement whole and may be repeated; what was learnt of offers that keep their id is kept. Decisions follow within a minute.
 */
export function placementRoutes(placements: PlacementStore): ApiRoutes {
  return {
    'GET /v1/placements': async ({ workspace }) => ({ body: { items: await placements.all(workspace) } }),

    'GET /v1/placements/{id}': async ({ workspace, params }) => {
      const placement = await placements.get(workspace, params.id ?? '');
      if (!placement) throw new NotFound('placement.unknown', { placement: params.id });
      return { body: placement };
    },

    'PUT /v1/placements/{id}': async (request) => {
      const placement = readPlacement(request.body(), request.params.id ?? '');
      await placements.save(request.workspace, placement);
      return { body: placement };
    },
  };
}
