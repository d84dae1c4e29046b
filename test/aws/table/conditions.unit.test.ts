import { expect, test } from 'vitest';
import { ifAbsent, ifRevision } from '#lib/aws/table/conditions.ts';
import { atRevision } from '#lib/aws/table/revision.ts';

test.each([
  [0, ifAbsent],
  [1, { expression: 'rev = :rev', values: { ':rev': 1 } }],
  [7, { expression: 'rev = :rev', values: { ':rev': 7 } }],
])('revision %i is the condition %o', (rev, condition) => {
  expect(ifRevision(rev)).toEqual(condition);
});

test('a document that is older than revisions has the first one', () => {
  expect(atRevision(0)).toEqual(ifAbsent);
  expect(atRevision(1).expression).toContain('attribute_not_exists(rev) OR rev = :rev');
  expect(atRevision(2)).toEqual(ifRevision(2));
});
