import { canonicalZone } from '../../shared/calendar/wall-time.ts';
import { type Workspace } from '../../model/workspace.ts';
import { type Profile } from '../../model/profile.ts';

/** Longer than any zone's name; members of a segment are listed under theirs, before their id (`maxIdBytes`). Characters. */
const maxZoneLength = 60;

function validZone(zone: unknown): string | undefined {
  if (typeof zone !== 'string' || zone.length > maxZoneLength) return undefined;
  try {
    return canonicalZone(zone);
  } catch {
    return undefined;
  }
}

/** The zone that the customer's own trait names; undefined where it names none. */
export const ownZone = ({ traits }: Pick<Profile, 'traits'>): string | undefined => validZone(traits.timezone?.value);

/** The zone a customer lives in under its one name: the trait `timezone`, which SDKs send with their context, else the workspace's. */
export function homeZone({ traits }: Pick<Profile, 'traits'>, { timezone }: Pick<Workspace, 'timezone'>): string {
  return ownZone({ traits }) ?? validZone(timezone) ?? 'UTC';
}
