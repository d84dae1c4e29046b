import fc from 'fast-check';
import { expect, test } from 'vitest';
import { newProfile } from '../../lib/model/profile.ts';
import { ReportAnswer, ReportRequest, startReport } from '../../lib/report/kinds/report-request.ts';

const begin = Date.UTC(2026, 0);
const dayMs = 86_400_000;

/** Few names, so that they meet; some are those of every object. */
const name = fc.constantFrom('a', 'b', 'c', 'constructor', '__proto__', '');

const asked = [
  {
    kind: 'conformance',
    plan: { sequence: [{ touchpoint: 'a' }, { optional: { touchpoint: 'constructor' } }] },
    gap: '2d',
  },
  { kind: 'paths', anchor: { touchpoint: 'a', direction: 'to' }, gap: '1s' },
  { kind: 'funnel', steps: ['a', 'b', 'a'], window: '3d' },
  { kind: 'retention', unit: 'month', joins: 'constructor' },
  { kind: 'survival', ends: { silentFor: '2d' }, by: 'channel' },
  { kind: 'survival', ends: { event: 'b' }, by: { trait: 'constructor' } },
  { kind: 'attribution', conversion: 'a', touch: 'name', lookback: '1s', halfLife: '1s', worth: 'total' },
  { kind: 'contrast', silentFor: '5d', minCustomers: 1 },
  { kind: 'stages' },
];
const [from, to] = [begin, begin + 41 * dayMs];
const instant = (ms: number) => new Date(ms).toISOString();
const touch = fc.record({
  name,
  channel: name,
  at: fc.integer({ min: 0, max: 40 }).map((days) => begin + days * dayMs),
  worth: fc.constantFrom(0, -0, 1, 1e12, -1e12, 5e-324),
});
const reads = fc.array(fc.array(touch, { maxLength: 9 }), { maxLength: 9 });

test.each(asked)('whatever customers did, a report of $kind is one', (body) => {
  const request = ReportRequest.parse({ from: instant(from), to: instant(to), ...body });
  const planned = request.kind === 'conformance' && request.plan ? { plan: request.plan } : {};
  fc.assert(
    fc.property(reads, (all) => {
      const run = startReport(request, { from, to, offsetMs: 9 * 3_600_000, ...planned });
      all.forEach((touches, i) => {
        const sorted = touches.toSorted((a, b) => a.at - b.at);
        const transitions = sorted.map(({ name: stage, at: ms }) => ({ to: stage, at: instant(ms) }));
        run.add({
          profile: newProfile({ workspace: 'w', customer: `u:${i}` }, instant(from)),
          touches: sorted,
          transitions,
        });
      });
      const answer: unknown = JSON.parse(JSON.stringify(run.result()));
      expect(ReportAnswer.parse(answer)).toEqual(answer);
    }),
    { numRuns: 60 },
  );
});
