import { expect, test } from 'vitest';
import { draftFingerprint } from '#lib/journey/publishing/apply-publication.ts';
import { planVersion } from '#lib/journey/publishing/plan-publication.ts';
import { aliasShares } from '#lib/journey/publishing/publish-journey.ts';
import { aJourney, aSend, start } from '../journey-examples.ts';

const steps = { Hello: aSend(), Remind: aSend(), Done: { kind: 'exit' } };
const { version: _version, ...draft } = aJourney({ steps });
const versionOf = (version: number) => ({ ...draft, version });
const rowOf = (version: number, more: { resumeAt?: string[]; fingerprint?: string } = {}) => ({
  version,
  definition: versionOf(version),
  fingerprint: draftFingerprint(draft),
  resumeAt: [],
  ...more,
});
const migrate = { map: { Hello: 'Remind' } };
const versions = new Map([1, 2].map((version) => [version, versionOf(version)]));

const [same, another] = [rowOf(2), rowOf(2, { fingerprint: 'x' })];
const entered = rowOf(2, { resumeAt: ['Remind'] });

test.each([
  { what: 'the first draft', rows: [], version: 1, isNew: true, resumeAt: [] },
  { what: 'the same draft', rows: [same, rowOf(1)], version: 2, isNew: false, resumeAt: [] },
  { what: 'another draft', rows: [another, rowOf(1)], version: 3, isNew: true, resumeAt: [] },
  { what: 'new entry steps', rows: [same, rowOf(1)], migrate, version: 3, isNew: true, resumeAt: ['Remind'] },
  { what: 'known entry steps', rows: [entered, rowOf(1)], migrate, version: 2, isNew: false, resumeAt: ['Remind'] },
])('a publication of $what is version $version', ({ rows, isNew, version, resumeAt, ...request }) => {
  const known = rows.length === 0 ? new Map<number, ReturnType<typeof versionOf>>() : versions;
  const planned = planVersion({ draft, rows, versions: known, migrate: request.migrate, now: start });
  expect(planned).toMatchObject({ isNew, row: { version, resumeAt } });
});

test('only the versions that the request names migrate, and only older ones', () => {
  const fromOf = (from?: number[]) => {
    const request = { ...migrate, ...(from && { from }) };
    const planned = planVersion({ draft, rows: [], versions, migrate: request, now: start });
    return planned.migrations.map((migration) => migration.from);
  };
  expect(fromOf()).toEqual([[1], [2]]);
  expect(fromOf([1, 7])).toEqual([[1]]);
});

test('the alias has the shares of the workspace’s own versions, all of it where one is deployed', () => {
  const rows = [1, 2].map((version) => ({ ...rowOf(version), versionArn: `arn:${version}` }));
  const routes = [
    { version: 2, weight: 20 },
    { version: 1, weight: 80 },
  ];
  expect(aliasShares(routes, rows)).toEqual([
    { arn: 'arn:2', weight: 20 },
    { arn: 'arn:1', weight: 80 },
  ]);
  expect(aliasShares(routes, rows.slice(1))).toEqual([{ arn: 'arn:2', weight: 100 }]);
  expect(aliasShares(routes, [rowOf(2)])).toEqual([]);
});
