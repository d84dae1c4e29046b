import * as z from 'zod';
import { ThroughlineError, Rejected } from '../shared/errors.ts';
import { issuesOf } from '../shared/http/issues.ts';
import { isJsonObject } from '../shared/json.ts';
import { Label } from '../model/stage.ts';
import { Instant } from '../shared/time.ts';
import { Trimmed } from '../shared/trim.ts';
import { checkPlan, PlanFault } from './check-plan.ts';
import { type SavedMap } from './map-store.ts';
import { PlannedMap } from './planned-map.ts';

/** A map in API answers. `warnings` are diagnostics of the plan, which is compared as written. */
export const MapView = PlannedMap.extend({
  savedAt: Instant,
  warnings: z.array(PlanFault),
  trimmed: z.array(Trimmed).optional(),
});
export type MapView = z.infer<typeof MapView>;

export const MapSummary = z.object({ id: z.string(), label: Label, savedAt: Instant });
export type MapSummary = z.infer<typeof MapSummary>;

/** A map as its author writes it. The id is optional, because the route has it. */
export const MapBody = PlannedMap.partial({ id: true });

/**
 * Limit of a stored map, bytes of JSON. 200 touchpoints with a name and two labels of 100
 * characters take some 60 KB.
 */
const maxBytes = 128 * 1024;

/**
 * Parses a map. Throws `Rejected('map.invalid')`, with `issues` if it is malformed and `faults` if
 * it cannot be compared.
 */
export function readMap(body: unknown, id: string): PlannedMap {
  const read = PlannedMap.safeParse(isJsonObject(body) ? { id, ...body } : body);
  if (!read.success) throw new Rejected('map.invalid', { issues: issuesOf(read.error) });
  const map = read.data;
  if (map.id !== id) throw new Rejected('map.invalid', { hint: `the address says "${id}"` });
  if (Buffer.byteLength(JSON.stringify(map)) > maxBytes)
    throw new ThroughlineError('tooLarge', 'map.too-large', { maxBytes });
  const faults = checkPlan(map.plan).filter(({ severity }) => severity === 'error');
  if (faults.length > 0) throw new Rejected('map.invalid', { faults });
  return map;
}

/** Returns the view of a map, with the diagnostics of its plan. */
export const mapView = ({ map, savedAt }: SavedMap): MapView => ({ ...map, savedAt, warnings: checkPlan(map.plan) });

/** Returns the list view of a map. */
export const mapSummary = ({ map: { id, label }, savedAt }: SavedMap): MapSummary => ({ id, label, savedAt });
