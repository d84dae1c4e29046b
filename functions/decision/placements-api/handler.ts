import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type Bus } from '../../../lib/aws/bus.ts';
import { type ApiRoutes } from '../../../lib/aws/http/api-function.ts';
import { Placement } from '../../../lib/decision/placements/placement.ts';
import { type PlacementStore } from '../../../lib/decision/placements/placement-store.ts';
import { type PolicyStore } from '../../../lib/decision/policies/policy-store.ts';
import { type PolicyView } from '../../../lib/decision/policies/policy-view.ts';
import { ratesOf } from '../../../lib/decision/beliefs/offer-rates.ts';
import { type ReadStats } from '../../../lib/decision/beliefs/offer-stats-store.ts';
import { NotFound, Rejected, ThroughlineError, Unavailable } from '../../../lib/shared/errors.ts';
import { issuesOf } from '../../../lib/shared/http/issues.ts';
import { isJsonObject } from '../../../lib/shared/json.ts';
import { checkPreconditions, etagOf, lostRace } from '../../../lib/shared/http/preconditions.ts';
import { pageById } from '../../../lib/shared/http/paging.ts';
import { type Clock } from '../../../lib/shared/time.ts';

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

/**
 * Routes of a workspace's placements, shipped and own; an own one replaces a shipped one of the
 * same id. A PUT is one write over the revision read: a lost race answers 412, without `If-Match`
 * 409. Statistics of offers that keep their id stay. The event follows the write. If the bus
 * refuses it, the answer is 503, and the same PUT publishes it without a write.
 */
export function handlePlacementRoutes({ placements, policies, stats, bus, clock }: Dependencies): ApiRoutes {
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

    'GET /v1/placements/{id}': async ({ workspace, params: { id = '' } }) => {
      const saved = await placements.current(workspace, id);
      if (!saved) throw new NotFound('placement.unknown', { placement: id });
      return { headers: { etag: etagOf(saved.rev) }, body: saved.placement };
    },

    'GET /v1/placements/{id}/policy': async ({ workspace, params }) => {
      const placement = await known(workspace, params.id);
      const [{ judgedThrough: _, ...record }, tries] = await Promise.all([
        policies.get(workspace, placement.id),
        stats(workspace, placement.id),
      ]);
      const body: PolicyView = { placement: placement.id, ...record, rates: ratesOf(placement, tries) };
      return { body };
    },

    'PUT /v1/placements/{id}': async ({ workspace, params: { id = '' }, headers, ...request }) => {
      const placement = readPlacement(request.body(), id);
      const present = await placements.current(workspace, id);
      const rev = present?.rev ?? 0;
      const isSame = rev > 0 && isDeepStrictEqual(present?.placement, placement);
      if (!isSame) {
        checkPreconditions(headers, rev, { exists: present !== undefined, optional: true });
        if (!(await placements.save(workspace, placement, rev)))
          throw lostRace(headers, 'placement.changed', { placement: id });
      }
      await tell(workspace, placement);
      return { headers: { etag: etagOf(isSame ? rev : rev + 1) }, body: placement };
    },
  };
}
