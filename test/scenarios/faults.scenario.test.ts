import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type LocalOptions } from '../../infra/local/runner.ts';
import { type Crashes, crashing } from '../support/crashes.ts';
import { type Faults, startFaults } from '../support/faults.ts';
import { redelivering } from '../support/redelivery.ts';
import { liveThrough, type Outcome, outcomeOf } from '../support/customer-story.ts';
import { startWorld, type World } from '../support/world.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 400_000 });

/** The story in a world of its own, which is left running. */
async function lived(options: Partial<LocalOptions> = {}): Promise<{ world: World; outcome: Outcome }> {
  const world = await startWorld(options);
  await liveThrough(world);
  return { world, outcome: await outcomeOf(world) };
}

let undisturbed: Outcome;
beforeAll(async () => {
  const { world, outcome } = await lived();
  undisturbed = outcome;
  await world.stop();
});

test('the story has everything in it that trouble could spoil', () => {
  const outcomes = new Set(undisturbed.enrolments.map((enrolment) => enrolment.split(' ').at(-1)));
  expect([...outcomes].sort()).toEqual(['activated', 'exited', 'not-activated', 'returned', 'won-back']);
  expect(undisturbed.learnt).toEqual({ 'exposed come-back': 8, 'won come-back': 8 });
});

describe('everything delivered one to three times, shuffled across customers', () => {
  let disturbed: Outcome;
  let world: World;
  const { between, deliveries } = redelivering(20);
  beforeAll(async () => {
    ({ world, outcome: disturbed } = await lived({ between }));
  });
  afterAll(() => world.stop());

  test('everything came more often than once', () => {
    expect(deliveries.made).toBeGreaterThan(1.5 * deliveries.asked);
  });

  test('makes the same profiles', () => {
    expect(disturbed.profiles).toEqual(undisturbed.profiles);
  });

  test('the same stages', () => {
    expect(disturbed.stages).toEqual(undisturbed.stages);
  });

  test('the same enrolments, each ended in the same way', () => {
    expect(disturbed.enrolments).toEqual(undisturbed.enrolments);
  });

  test('the same messages, and e-mails', () => {
    expect(disturbed.messages).toEqual(undisturbed.messages);
    expect(disturbed.mails).toEqual(undisturbed.mails);
  });

  test('the same decisions, of which the same was learnt', () => {
    expect(disturbed.decisions).toEqual(undisturbed.decisions);
    expect(disturbed.learnt).toEqual(undisturbed.learnt);
  });
});

describe('writes that fail, and functions that die', () => {
  let troubled: Outcome;
  let world: World;
  const crashes: Crashes = crashing({ seed: 31, share: 0.2 });
  const faults: Record<'table' | 'bus', Faults | undefined> = { table: undefined, bus: undefined };

  async function faulty(what: keyof typeof faults, target: string): Promise<string> {
    const started = await startFaults({ target, plan: { seed: 30, share: 0.3 } });
    faults[what] = started;
    return started.endpoint;
  }

  beforeAll(async () => {
    ({ world, outcome: troubled } = await lived({
      dynamodb: (endpoint) => faulty('table', endpoint),
      eventbridge: (endpoint) => faulty('bus', endpoint),
      between: crashes.between,
    }));
  });
  afterAll(async () => {
    await world.stop();
    await faults.table?.stop();
    await faults.bus?.stop();
  });

  /** Who dies between sending and noting it down does not know; that is told, and nothing is sent again. */
  const sentAsFarAsKnown = (messages: string[]): string[] =>
    messages.map((message) => message.replace(/ unknown \S*$/, ' sent '));

  test('a third of all writes failed, and functions of every kind died', () => {
    const { PutItem = 0, UpdateItem = 0, BatchWriteItem = 0, TransactWriteItems = 0 } = faults.table?.injected() ?? {};
    for (const failed of [PutItem, UpdateItem, BatchWriteItem, TransactWriteItems]) expect(failed).toBeGreaterThan(5);
    expect(faults.bus?.injected().PutEvents).toBeGreaterThan(5);
    const died = Object.keys(crashes.count()).map((name) => name.replace('throughline-local-', ''));
    const all = [
      'ingestion-collect',
      'profile-project',
      'profile-relay',
      'journey-enrol',
      'journey-send',
      'journey-wait',
    ];
    expect(died).toEqual(expect.arrayContaining(all));
  });

  test('nothing acknowledged is lost: the profiles are those of an untroubled run', () => {
    expect(troubled.profiles).toEqual(undisturbed.profiles);
  });

  test('nobody enters a stage twice, and every stage entered is decided on once', () => {
    const entered = troubled.stages.map((line) => line.replace(/ s#.* /, ' '));
    const once = undisturbed.stages.map((line) => line.replace(/ s#.* /, ' '));
    expect(new Set(once)).toEqual(new Set([...entered, ...once]));
    expect(entered.length).toBeLessThanOrEqual(once.length);
    expect(troubled.decisions['next-contact']).toBe(entered.length);
  });

  test('every journey took the way it takes without trouble', () => {
    expect(troubled.enrolments).toEqual(undisturbed.enrolments);
    expect(sentAsFarAsKnown(troubled.messages)).toEqual(undisturbed.messages);
  });

  test('nothing is sent twice, and what is told as sent has been sent', () => {
    expect(new Set(troubled.mails).size).toBe(troubled.mails.length);
    const known = troubled.messages.filter((message) => message.includes(' sent ')).length;
    expect(troubled.mails.length).toBeGreaterThanOrEqual(known);
    expect(troubled.mails.length).toBeLessThanOrEqual(undisturbed.mails.length);
  });

  test('what offers taught was learnt once', () => {
    expect(troubled.learnt).toEqual(undisturbed.learnt);
  });

  test('nothing ended among the dead letters', () => {
    expect(world.local.services.queues.counts()).toEqual(
      Object.fromEntries(Object.keys(world.local.services.queues.counts()).map((name) => [name, 0])),
    );
  });
});
