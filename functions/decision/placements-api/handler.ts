import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type Bus } from '#lib/aws/bus.ts';
import { type ApiRequest, type ApiResponse, type ApiRoutes } from '#lib/aws/http/api-function.ts';
import { Placement } from '#lib/decision/placements/placement.ts';
import { type PlacementStore } from '#lib/decision/placements/placement-store.ts';
import { type PolicyStore } from '#lib/decision/policies/policy-store.ts';
import { type PolicyView } from '#lib/decision/policies/policy-view.ts';
import { ratesOf } from '#lib/decision/beliefs/offer-rates.ts';
import { type ReadStats } from '#lib/decision/beliefs/offer-stats-store.ts';
import { NotFound, Rejected, ThroughlineError, Unavailable } from '#lib/shared/errors.ts';
import { issuesOf } from '#lib/shared/http/issues.ts';
import { isJsonObject } from '#lib/shared/json.ts';
import { checkPreconditions, etagOf, lostRace } from '#lib/shared/http/preconditions.ts';
import { pageById } from '#lib/shared/http/paging.ts';
import { type Clock } from '#lib/shared/time.ts';

interface Dependencies {
  placements: PlacementStore;
  policies: Pick<PolicyStore, 'get'>;
  stats: ReadStats;
  bus: Bus;
  clock: Clock;
}

/**
 * Maximum size of a placement, bytes of JSON. An item holds 400 KB, and each environment reads all
 * placements of a workspace.
 */
const maxBytes = 256 * 1024;

/**
 * Parses a placement. The id is optional in the body, as the address has it. Throws if the two
 * differ.
 */
function readPlacement(body: unknown, id: string): Placement {
  const read = Placement.safeParse(isJsonObject(body) ? { id, ...body } : body);
  if (!read.success) throw new Rejected('placement.invalid', { issues: issuesOf(read.error) });
  if (read.data.id !== id) throw new Rejected('placement.invalid', { hint: `the address says "${id}"` });
  if (Buffer.byteLength(JSON.stringify(read.data)) > maxBytes)
    throw new ThroughlineError('tooLarge', 'placement.too-large', { maxBytes });
  return read.data;
}

const placementUnknown = (placement: string): NotFound => new NotFound('placement.unknown', { placement });

/** Publishes a change. The id is made of the placement, so a retry publishes the same event. */
async function publishChange({ bus, clock }: Dependencies, workspace: string, placement: Placement): Promise<void> {
  const text = JSON.stringify([workspace, placement]);
  const id = createHash('sha256').update(text).digest('hex').slice(0, 32);
  const detail = { id, workspace, occurredAt: clock.now(), placement: placement.id };
  if ((await bus.put([{ name: 'PlacementChanged', detail }])).length > 0)
    throw new Unavailable('bus.refused', { placement: placement.id });
}

async function listPlacements({ placements }: Dependencies, { workspace, query }: ApiRequest): Promise<ApiResponse> {
  return { body: pageById(await placements.all(workspace), query.cursor, { idOf: ({ id }) => id }) };
}

async function getPlacement({ placements }: Dependencies, { workspace, params }: ApiRequest): Promise<ApiResponse> {
  const { id = '' } = params;
  const saved = await placements.current(workspace, id);
  if (!saved) throw placementUnknown(id);
  return { headers: { etag: etagOf(saved.rev) }, body: saved.placement };
}

async function getPolicy(
  { placements, policies, stats }: Dependencies,
  { workspace, params }: ApiRequest,
): Promise<ApiResponse> {
  const { id = '' } = params;
  const placement = await placements.get(workspace, id);
  if (!placement) throw placementUnknown(id);
  const [{ judgedThrough: _, ...record }, offerStats] = await Promise.all([
    policies.get(workspace, placement.id),
    stats(workspace, placement.id),
  ]);
  const body: PolicyView = { placement: placement.id, ...record, rates: ratesOf(placement, offerStats) };
  return { body };
}

/** Stores a placement unless it is stored already. Returns its revision. */
async function savePlacement(
  { placements }: Dependencies,
  { workspace, headers }: ApiRequest,
  placement: Placement,
): Promise<number> {
  const present = await placements.current(workspace, placement.id);
  const rev = present?.rev ?? 0;
  if (rev > 0 && isDeepStrictEqual(present?.placement, placement)) return rev;
  checkPreconditions(headers, rev, { exists: present !== undefined, optional: true });
  if (!(await placements.save(workspace, placement, rev)))
    throw lostRace(headers, 'placement.changed', { placement: placement.id });
  return rev + 1;
}

async function putPlacement(dependencies: Dependencies, request: ApiRequest): Promise<ApiResponse> {
  const placement = readPlacement(request.body(), request.params.id ?? '');
  const rev = await savePlacement(dependencies, request, placement);
  await publishChange(dependencies, request.workspace, placement);
  return { headers: { etag: etagOf(rev) }, body: placement };
}

/**
 * Routes of a workspace's placements, shipped and own; an own one replaces a shipped one of the
 * same id. A PUT is one write over the revision read: a lost race answers 412, without `If-Match`
 * 409. Statistics of offers that keep their id stay. The event follows the write. If the bus
 * refuses it, the answer is 503, and the same PUT publishes it without a write.
 */
export function handlePlacementRoutes(dependencies: Dependencies): ApiRoutes {
  return {
    'GET /v1/placements': (request) => listPlacements(dependencies, request),
    'GET /v1/placements/{id}': (request) => getPlacement(dependencies, request),
    'GET /v1/placements/{id}/policy': (request) => getPolicy(dependencies, request),
    'PUT /v1/placements/{id}': (request) => putPlacement(dependencies, request),
  };
}
