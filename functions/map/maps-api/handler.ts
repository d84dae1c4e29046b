import { type ApiRequest, type ApiRoutes } from '#lib/aws/http/api-function.ts';
import { NotFound, Rejected, ThroughlineError } from '#lib/shared/errors.ts';
import { type MapStore, type SavedMap } from '#lib/map/map-store.ts';
import { mapSummary, mapView, readMap } from '#lib/map/map-view.ts';
import { checkPreconditions, etagOf } from '#lib/shared/http/preconditions.ts';
import { pageById } from '#lib/shared/http/paging.ts';
import { type Clock } from '#lib/shared/time.ts';
import { bounded } from '#lib/shared/trim.ts';

interface Dependencies {
  maps: MapStore;
  clock: Clock;
}

/** Maximum maps of a workspace. A listing reads all of them. */
const maxMaps = 100;

const conflictResponse = (): ThroughlineError =>
  new ThroughlineError('preconditionFailed', 'document.changed', { hint: 'written at the same time' });

async function findMap(maps: MapStore, workspace: string, id = ''): Promise<SavedMap> {
  const saved = await maps.get(workspace, id);
  if (!saved) throw new NotFound('map.unknown', { map: id });
  return saved;
}

/** Writes the map over the revision read. Returns it with that revision. */
async function saveMap({ maps, clock }: Dependencies, request: ApiRequest): Promise<SavedMap> {
  const { workspace, headers, params } = request;
  const map = readMap(request.body(), params.id ?? '');
  const rev = (await maps.get(workspace, map.id))?.rev ?? 0;
  checkPreconditions(headers, rev);
  if (rev === 0 && (await maps.all(workspace)).length >= maxMaps) throw new Rejected('map.too-many', { max: maxMaps });
  const saved = { map, rev, savedAt: clock.now() };
  if (!(await maps.save(workspace, saved))) throw conflictResponse();
  return saved;
}

/**
 * Routes of a workspace's planned maps. A PUT or DELETE is one write over the revision read: a lost
 * race answers 412. A map of another workspace is unknown: 404.
 */
export function handleMapRoutes(dependencies: Dependencies): ApiRoutes {
  const { maps } = dependencies;
  return {
    'GET /v1/maps': async ({ workspace, query }) => {
      const summaries = (await maps.all(workspace)).map(mapSummary);
      return { body: pageById(summaries, query.cursor, { idOf: ({ id }) => id }) };
    },

    'GET /v1/maps/{id}': async ({ workspace, params }) => {
      const saved = await findMap(maps, workspace, params.id);
      return { headers: { etag: etagOf(saved.rev) }, body: bounded(mapView(saved), ['warnings']) };
    },

    'PUT /v1/maps/{id}': async (request) => {
      const saved = await saveMap(dependencies, request);
      const body = bounded(mapView(saved), ['warnings']);
      return { status: saved.rev === 0 ? 201 : 200, headers: { etag: etagOf(saved.rev + 1) }, body };
    },

    'DELETE /v1/maps/{id}': async ({ workspace, params: { id = '' }, headers }) => {
      const { rev } = await findMap(maps, workspace, id);
      if (headers['if-match'] !== undefined) checkPreconditions(headers, rev);
      if (!(await maps.remove(workspace, { id, rev }))) throw conflictResponse();
      return { body: { id, deleted: true } };
    },
  };
}
