import file from './zone-corrections.json' with { type: 'json' };
import { minuteMs } from '../time.ts';

/**
 * What changed in IANA's zone data between two releases, made by `npm run zones`. A zone's text holds its offset at `from` and then, for
 * each change up to `to`, the minute since 1970 and the offset from then on. Offsets are minutes ahead of UTC.
 */
export interface ZoneCorrections {
  /** The release with all changes. */
  version: string;
  /** The oldest release that lacks no others. */
  baseline: string;
  from: string;
  to: string;
  zones: Record<string, string>;
  /** Other names of those zones, and names that came after the baseline. */
  links: Record<string, string>;
}

/** Which zone data local times are computed by. */
export interface ZoneData {
  /** The runtime's own release; undefined where it names none. */
  runtime: string | undefined;
  corrections: string;
  /** The runtime is older than the baseline or names no release: other zones than the corrected ones may be wrong. */
  isOutdated: boolean;
}

/** IANA names a release by year and letters, which sort as text: `2025b`, `2026`, `2026za`. */
const isOlder = (release: string | undefined, than: string): boolean => release === undefined || release < than;

export const describeZoneData = (
  runtime: string | undefined,
  { version, baseline }: Pick<ZoneCorrections, 'version' | 'baseline'>,
): ZoneData => ({ runtime, corrections: version, isOutdated: isOlder(runtime, baseline) });

export const zoneData = describeZoneData(process.versions.tz, file);

/** The release that local times follow: the newer one of the runtime and the corrections. */
export const releaseInForce = ({ runtime, corrections }: ZoneData): string =>
  runtime === undefined || isOlder(runtime, corrections) ? corrections : runtime;

/** A corrected zone: `offsets[i]` holds until `untils[i]`, the last one for good. Milliseconds. */
interface Zone {
  untils: number[];
  offsets: number[];
}

/** Corrections in the form they are looked up in, by names in lower case, as `Intl` takes them in any. */
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

/** The corrections that a runtime needs: none where its own zone data is as new. */
export function correctionsFor(runtime: string | undefined, table: ZoneCorrections): Corrections | undefined {
  if (!isOlder(runtime, table.version)) return undefined;
  const named = Object.entries(table.zones).map(([name, text]) => [name.toLowerCase(), parseZone(text)] as const);
  const links = Object.entries(table.links).map(([name, target]) => [name.toLowerCase(), target] as const);
  return { from: Date.parse(table.from), to: Date.parse(table.to), zones: new Map(named), links: new Map(links) };
}

export const correctionsInForce = correctionsFor(process.versions.tz, file);

/** The name to give to `Intl`, which knows no name that came after its own data. */
export const linkedName = (zone: string, corrections = correctionsInForce): string =>
  corrections?.links.get(zone.toLowerCase()) ?? zone;

/** How far the clocks of a zone are ahead of UTC, in milliseconds; undefined where `Intl` is right or has to do. */
export function correctedOffset(ms: number, zone: string, corrections = correctionsInForce): number | undefined {
  if (!corrections || ms < corrections.from || ms >= corrections.to) return undefined;
  const found = corrections.zones.get(linkedName(zone, corrections).toLowerCase());
  if (!found) return undefined;
  const i = found.untils.findIndex((until) => ms < until);
  return found.offsets.at(i);
}
