import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { baseline, changesOf, makeCorrections, offsetOf, source } from '#infra/tools/zones.ts';
import { canonicalZone, offsetAt } from '#lib/shared/calendar/wall-time.ts';
import { findQuietEnd } from '#lib/journey/messaging/quiet-hours.ts';
import {
  correctedOffset,
  correctionsFor,
  describeZoneData,
  linkedName,
  releaseInForce,
  type ZoneCorrections,
  zoneData,
} from '#lib/shared/calendar/zone-data.ts';

const release = source();
const oldest = baseline();
const table = makeCorrections(release, oldest);
const minuteMs = 60_000;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Three years from the beginning of the one after the release, and what is left of its own. */
const year = Number(release.version.slice(0, 4));
const [from, to] = [Date.UTC(year, 0), Date.UTC(year + 4, 0)];

const runtimeIsNewer = releaseInForce(zoneData) !== release.version;

/** Each change of clocks, the second before it, an hour to either side, and one moment a week. */
function momentsOf(zone: Parameters<typeof changesOf>[0]): number[] {
  const around = changesOf(zone, from, to).flatMap((at) => [at - hourMs, at - 1_000, at, at + hourMs]);
  const weeks = Array.from({ length: (to - from) / (7 * dayMs) }, (_, i) => from + i * 7 * dayMs);
  return [...weeks, ...around];
}

/** Offsets that are not the source's, as text. */
function wrong(offset: (ms: number, name: string) => number | undefined): string[] {
  return [...release.zones].flatMap(([name, zone]) =>
    momentsOf(zone)
      .filter((at) => offset(at, name) !== offsetOf(zone, at) * minuteMs)
      .map((at) => `${name} ${new Date(at).toISOString()}`),
  );
}

test('the corrections are those that npm run zones makes', () => {
  const file = readFileSync(new URL('../../../lib/shared/calendar/zone-corrections.json', import.meta.url), 'utf8');
  expect(JSON.parse(file)).toEqual(table);
});

// A runtime with newer data than the source is right where the two differ.
test.skipIf(runtimeIsNewer)(
  'every zone of the source, under each of its names, has its offsets for three years',
  () => {
    expect(release.zones.size).toBeGreaterThan(590);
    expect(wrong(offsetAt)).toEqual([]);
  },
);

test('on a runtime of the oldest release the corrections make every zone right', () => {
  const corrections = correctionsFor(oldest.version, table);
  const oldOffset = (ms: number, name: string) => offsetOf(oldest.zones.get(name)!, ms) * minuteMs;
  expect(wrong(oldOffset).length).toBeGreaterThan(100);
  expect(wrong((ms, name) => correctedOffset(ms, name, corrections) ?? oldOffset(ms, name))).toEqual([]);
});

test('a corrected zone is right at every hour', () => {
  const corrections = correctionsFor(oldest.version, table);
  for (const name of [...Object.keys(table.zones), ...Object.keys(table.links)])
    for (let at = from; at < to; at += hourMs)
      if (correctedOffset(at, name, corrections) !== offsetOf(release.zones.get(name)!, at) * minuteMs)
        expect.unreachable(`${name} ${new Date(at).toISOString()}`);
});

test.each([
  ['America/Winnipeg', '2026-12-01T12:00:00.000Z'], // 07:00 at UTC-5
  ['america/winnipeg', '2026-12-01T12:00:00.000Z'],
  ['Canada/Central', '2026-12-01T12:00:00.000Z'],
  ['America/Inuvik', '2026-12-01T13:00:00.000Z'], // UTC-6
  ['America/Havana', '2026-12-01T11:00:00.000Z'], // UTC-4
])('quiet hours of %s end when its clocks show seven', (zone, end) => {
  const quiet = { from: '22:00', to: '07:00' };
  expect(findQuietEnd(quiet, zone, '2026-12-01T07:30:00.000Z')).toBe(end);
  expect(findQuietEnd(quiet, zone, end)).toBeUndefined();
});

test('the corrections count on an older runtime and one that names no release, and on no other', () => {
  expect(correctionsFor('2026e', { ...table, version: '2026f' })).toBeDefined();
  expect(correctionsFor(undefined, table)).toBeDefined();
  expect(correctionsFor(table.version, table)).toBeUndefined();
  expect(correctionsFor(`${table.version}a`, table)).toBeUndefined();
});

test('before and behind their span the runtime counts', () => {
  const corrections = correctionsFor(undefined, table);
  for (const at of [table.from, table.to].map((end) => Date.parse(end)))
    expect([at - 1, at].map((ms) => correctedOffset(ms, 'America/Winnipeg', corrections) !== undefined)).toEqual(
      at === Date.parse(table.from) ? [false, true] : [true, false],
    );
});

test.each<[string, string | undefined, [string, boolean]]>([
  ['older than the corrections', '2026e', ['2026f', false]],
  ['as new', '2026f', ['2026f', false]],
  ['newer', '2027a', ['2027a', false]],
  ['the oldest there may be', '2025b', ['2026f', false]],
  ['older than that', '2025a', ['2026f', true]],
  ['unknown', undefined, ['2026f', true]],
])('a runtime that is %s', (_which, runtime, judged) => {
  const data = describeZoneData(runtime, { version: '2026f', baseline: '2025b' });
  expect([releaseInForce(data), data.isOutdated]).toEqual(judged);
});

/** A name that a runtime of the older release does not know. */
const renamed: ZoneCorrections = makeCorrections(
  {
    ...release,
    links: new Map([['Europe/New_Name', 'Europe/Berlin']]),
    zones: new Map(release.zones).set('Europe/New_Name', release.zones.get('Europe/Berlin')!),
  },
  release,
);

test('a new name of an old zone leads to the zone, its clocks unchanged', () => {
  const corrections = correctionsFor(undefined, renamed);
  expect(linkedName('europe/new_name', corrections)).toBe('Europe/Berlin');
});

test('the names of a zone are one zone', () => {
  const names = ['Canada/Central', 'America/Rainy_River', 'AMERICA/WINNIPEG'];
  expect(names.map(canonicalZone)).toEqual(names.map(() => 'America/Winnipeg'));
  expect(() => canonicalZone('America/Nowhere')).toThrow(RangeError);
});
