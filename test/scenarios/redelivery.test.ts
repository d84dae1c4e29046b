import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { redelivering } from '../support/redelivery.ts';
import { liveThrough, type Outcome, outcomeOf } from '../support/story.ts';
import { startWorld, type World } from '../support/world.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let undisturbed: Outcome;
let disturbed: Outcome;
let again: World;
const { between, deliveries } = redelivering(20);

beforeAll(async () => {
  const once = await startWorld();
  await liveThrough(once);
  undisturbed = await outcomeOf(once);
  await once.stop();
  again = await startWorld({ between });
  await liveThrough(again);
  disturbed = await outcomeOf(again);
});
afterAll(() => again.stop());

test('the story has everything in it that redelivery could spoil', () => {
  const outcomes = new Set(undisturbed.enrolments.map((enrolment) => enrolment.split(' ').at(-1)));
  expect([...outcomes].sort()).toEqual(['activated', 'exited', 'not-activated', 'returned', 'won-back']);
  expect(undisturbed.learnt).toEqual({ 'exposed come-back': 8, 'won come-back': 8 });
  expect(deliveries.made).toBeGreaterThan(1.5 * deliveries.asked);
});

test('everything delivered one to three times, shuffled across customers, makes the same profiles', () => {
  expect(disturbed.profiles).toEqual(undisturbed.profiles);
});

test('… the same stages', () => {
  expect(disturbed.stages).toEqual(undisturbed.stages);
});

test('… the same enrolments, each ended in the same way', () => {
  expect(disturbed.enrolments).toEqual(undisturbed.enrolments);
});

test('… the same messages, and e-mails', () => {
  expect(disturbed.messages).toEqual(undisturbed.messages);
  expect(disturbed.mails).toEqual(undisturbed.mails);
});

test('… and the same decisions, of which the same was learnt', () => {
  expect(disturbed.decisions).toEqual(undisturbed.decisions);
  expect(disturbed.learnt).toEqual(undisturbed.learnt);
});
