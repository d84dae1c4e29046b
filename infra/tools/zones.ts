import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import moment from 'moment-timezone';
import * as z from 'zod';
import { type ZoneCorrections } from '../../lib/shared/calendar/zone-data.ts';
import { minuteMs } from '../../lib/shared/time.ts';

/** A release of IANA's data as moment-timezone packs it. */
const Packed = z.object({ version: z.string(), zones: z.array(z.string()), links: z.array(z.string()) });

/**
 * A zone as moment-timezone unpacks it: `offsets[i]`, minutes behind UTC, holds until `untils[i]`,
 * ms.
 */
type Zone = ReturnType<typeof moment.tz.unpack>;

export interface Release {
  version: string;
  /** By every name a zone has. */
  zones: Map<string, Zone>;
  /** Alternative names, and the zone of each. */
  links: Map<string, string>;
}

/**
 * Years that corrections cover: one before the release's own, and ten after. moment-timezone
 * computes up to 2037.
 */
const years = { behind: 1, ahead: 10 };

export function readRelease(file: string): Release {
  const packed = Packed.parse(JSON.parse(readFileSync(fileURLToPath(file), 'utf8')));
  const zones = new Map(packed.zones.map((text) => moment.tz.unpack(text)).map((zone) => [zone.name, zone]));
  const links = new Map<string, string>();
  for (const link of packed.links) {
    const [target = '', name = ''] = link.split('|');
    const zone = zones.get(target);
    if (!zone) throw new Error(`zones: ${link} links to no zone`);
    links.set(name, target);
    zones.set(name, zone);
  }
  return { version: packed.version, zones, links };
}

/**
 * The release that corrections are made of, and the oldest one of a supported runtime: that of Node
 * 24.0.0.
 */
export const source = (): Release => readRelease(import.meta.resolve('moment-timezone/data/packed/latest.json'));
export const baseline = (): Release =>
  readRelease(import.meta.resolve('moment-timezone-2025b/data/packed/latest.json'));

/** Minutes that a zone's clocks are ahead of UTC. */
export function offsetOf({ offsets, untils }: Zone, ms: number): number {
  const found = offsets[untils.findIndex((until) => ms < until)] ?? 0;
  return found === 0 ? 0 : -found; // no -0
}

/**
 * Times at which a zone's offset changes within a span, ms. A change of the zone's abbreviation
 * alone is none.
 */
export function changesOf(zone: Zone, from: number, to: number): number[] {
  return zone.untils.filter(
    (until) => until > from && until < to && offsetOf(zone, until) !== offsetOf(zone, until - minuteMs),
  );
}

function textOf(zone: Zone, from: number, to: number): string {
  const changes = changesOf(zone, from, to).flatMap((at) => [at / minuteMs, offsetOf(zone, at)]);
  return [offsetOf(zone, from), ...changes].join(' ');
}

const sortByName = <T>(entries: [string, T][]): Record<string, T> =>
  Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));

/**
 * Returns the zones whose offsets differ between two releases, and all their names. A zone that the
 * older release lacks differs.
 */
export function makeCorrections(newer: Release, older: Release): ZoneCorrections {
  const year = Number(newer.version.slice(0, 4));
  const [from, to] = [Date.UTC(year - years.behind, 0), Date.UTC(year + 1 + years.ahead, 0)];
  const hasChanged = (name: string, zone: Zone): boolean => {
    const before = older.zones.get(name);
    return !before || textOf(zone, from, to) !== textOf(before, from, to);
  };
  const differing = [...newer.zones].filter(([name, zone]) => hasChanged(name, zone));
  const changed = new Map(differing.map(([, zone]) => [zone.name, textOf(zone, from, to)]));
  const links = [...newer.links].filter(([name, target]) => changed.has(target) || !older.zones.has(name));
  return {
    version: newer.version,
    baseline: older.version,
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    zones: sortByName([...changed]),
    links: sortByName(links),
  };
}

/**
 * `npm run zones`: writes the corrections from the pinned releases. A test fails when they are out
 * of date.
 */
if (import.meta.main) {
  const corrections = makeCorrections(source(), baseline());
  const file = new URL('../../lib/shared/calendar/zone-corrections.json', import.meta.url);
  writeFileSync(file, `${JSON.stringify(corrections, null, 2)}\n`);
  console.log(
    `${corrections.version}: ${Object.keys(corrections.zones).join(', ')} differ from ${corrections.baseline}`,
  );
}
