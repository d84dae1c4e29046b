import file from './zone-corrections.json' with { type: 'json' };
import { minuteMs } from '../time.ts';

/**
 * Changes in IANA's zone data between two releases, made by `npm run zones`. A zone's text has its
 * offset at `from`, and for each change up to `to` the minute since 1970 and the new offset.
 * Offsets are minutes ahead of UTC.
 */
export interface ZoneCorrections {
  /** The release with all changes. */
  version: string;
  /** The oldest release that these changes complete. */
  baseline: string;
  from: string;
  to: string;
  zones: Record<string, string>;
  /** Other names of those zones, and names that were added after the baseline. */
  links: Record<string, string>;
}

/** The zone data that local times are computed with. */
export interface ZoneData {
  /** The runtime's own release, or undefined if it names none. */
  runtime: string | undefined;
  corrections: string;
  /**
   * Whether the runtime is older than the baseline or names no release. Zones without a correction
   * may then be wrong.
   */
  isOutdated: boolean;
}

/**
 * Returns whether a release is older or unknown. IANA's names, such as `2025b`, `2026` and
 * `2026za`, sort as text.
 */
const isOlder = (release: string | undefined, than: string): boolean => release === undefined || release < than;

export const describeZoneData = (
  runtime: string | undefined,
  { version, baseline }: Pick<ZoneCorrections, 'version' | 'baseline'>,
): ZoneData => ({ runtime, corrections: version, isOutdated: isOlder(runtime, baseline) });

/** Zone data of this process. */
export const zoneData = describeZoneData(process.versions.tz, file);

/** Returns the release in force: the newer one of the runtime and the corrections. */
export const releaseInForce = ({ runtime, corrections }: ZoneData): string =>
  runtime === undefined || isOlder(runtime, corrections) ? corrections : runtime;

/** A corrected zone in ms. `offsets[i]` applies until `untils[i]`, the last one without end. */
interface Zone {
  untils: number[];
  offsets: number[];
}

/** Corrections by names in lower case, because `Intl` accepts names in any case. */
export interface Corrections {
  from: number;
  to: number;
  zones: ReadonlyMap<string, Zone>;
  links: ReadonlyMap<string, string>;
}

function parseZone(text: string): Zone {
  const numbers = text.split(' ').map((number) => Number(number) * minuteMs);
  const isOffset = (_: number, i: number): boolean => i % 2 === 0;
  return { offsets: numbers.filter(isOffset), untils: numbers.filter((_, i) => !isOffset(_, i)) };
}

/** Returns the corrections that a runtime needs, or undefined if its own zone data is as new. */
export function correctionsFor(runtime: string | undefined, table: ZoneCorrections): Corrections | undefined {
  if (!isOlder(runtime, table.version)) return undefined;
  const named = Object.entries(table.zones).map(([name, text]) => [name.toLowerCase(), parseZone(text)] as const);
  const links = Object.entries(table.links).map(([name, target]) => [name.toLowerCase(), target] as const);
  return { from: Date.parse(table.from), to: Date.parse(table.to), zones: new Map(named), links: new Map(links) };
}

export const correctionsInForce = correctionsFor(process.versions.tz, file);

/** Returns the name for `Intl`, which does not know names that were added after its own data. */
export const linkedName = (zone: string, corrections = correctionsInForce): string =>
  corrections?.links.get(zone.toLowerCase()) ?? zone;

/**
 * Returns the offset of a zone ahead of UTC, ms, or undefined if there is no correction and `Intl`
 * is used.
 */
export function correctedOffset(ms: number, zone: string, corrections = correctionsInForce): number | undefined {
  if (!corrections || ms < corrections.from || ms >= corrections.to) return undefined;
  const found = corrections.zones.get(linkedName(zone, corrections).toLowerCase());
  if (!found) return undefined;
  const i = found.untils.findIndex((until) => ms < until);
  return found.offsets.at(i);
}
