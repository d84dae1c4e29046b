import { expect, test } from 'vitest';
import { isStopped } from '#lib/journey/execution/release/end-stopped-enrolments.ts';
import { addMs } from '#lib/shared/time.ts';
import { start } from '../../journey-examples.ts';

const stoppedAt = addMs(start, 3_600_000);
const ended = (outcome: string, ms: number) => ({
  ...({ status: 'ended', outcome, endedAt: addMs(stoppedAt, ms) } as const),
});

test.each([
  ['an active enrolment', { status: 'active' }, true],
  ['an enrolment whose execution starts', { status: 'starting' }, true],
  ['an enrolment that started with the stop', { status: 'active', startedAt: stoppedAt }, true],
  ['an enrolment that started after the stop', { status: 'active', startedAt: addMs(stoppedAt, 1) }, false],
  ['one that this stop has ended', ended('stopped', 1_000), true],
  ['one that this stop has ended, by a clock that is 59 s behind', ended('stopped', -59_000), true],
  ['one that an earlier stop has ended', ended('stopped', -60_000), false],
  ['one that ended otherwise', ended('completed', 1_000), false],
] as const)('%s', (_, enrolment, isConcerned) => {
  expect(isStopped({ startedAt: start, ...enrolment }, stoppedAt)).toBe(isConcerned);
});
