import { canonicalZone } from '../../shared/calendar/wall-time.ts';
import { type Workspace } from '../../model/workspace.ts';
import { type Profile } from '../../model/profile.ts';

/**
 * Limit of a zone's name, characters; longer than any. The key of a segment member has the zone
 * before the id (`maxIdBytes`).
 */
const maxZoneLength = 60;

function validZone(zone: unknown): string | undefined {
  if (typeof zone !== 'string' || zone.length > maxZoneLength) return undefined;
  try {
    return canonicalZone(zone);
  } catch {
    return undefined;
  }
}

/**
 * Returns the zone of the customer's trait `timezone`. Undefined if there is none or it is unknown.
 */
export const ownZone = ({ traits }: Pick<Profile, 'traits'>): string | undefined => validZone(traits.timezone?.value);

/**
 * Returns the customer's zone by its canonical name: the trait `timezone`, which SDKs send in their
 * context, else the workspace's, else UTC.
 */
export function homeZone({ traits }: Pick<Profile, 'traits'>, { timezone }: Pick<Workspace, 'timezone'>): string {
  return ownZone({ traits }) ?? validZone(timezone) ?? 'UTC';
}
