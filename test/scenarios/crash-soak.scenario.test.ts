import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { assemble } from '../../infra/local/template/assembly.ts';
import { durationMs } from '../../lib/shared/time.ts';
import { crowd, type Doings, doings, type Person } from '../support/many-customers.ts';
import { type Mortal, startMortal } from '../support/crash-restart-runner.ts';
import { randomFrom } from '../support/random.ts';
import { type Trail, trailsOf } from '../support/customer-histories.ts';
import { historiesOf, type Histories, type Visit } from '../support/message-visits.ts';
import { halfPastTwo, mail, noon, ways } from '../support/journey-cases.ts';
import { startWorld, type World } from '../support/world.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 3_600_000 });

/** How much of a thousand people and of fifty kills: all of it takes minutes (`THROUGHLINE_SHARE=1`). */
const share = Number(process.env.THROUGHLINE_SHARE ?? 0.1);

const at = (time: string, day = '2025-04-05'): string => `${day}T${time}:00.000Z`;

const data = mkdtempSync(join(tmpdir(), 'thousand-'));

let mortal: Mortal;
let to: Doings;
let world: World;

const people = crowd(share);

const of = (way: string, which: (nth: number) => boolean = () => true): Person[] =>
  people.filter((person) => person.way.id === way && which(person.nth));
const even = (nth: number): boolean => nth % 2 === 0;
const odd = (nth: number): boolean => nth % 2 === 1;

/** When nobody may write to somebody: from, to. */
const silence = new Map<string, [from: number, to: number]>();

async function silent(who: Person[]): Promise<void> {
  const from = Date.parse(await to.now());
  for (const { id } of who) silence.set(id, [from, Infinity]);
}

const does = (who: Person[], event: string): Promise<void> => to.send(who, () => [{ event }]);

/** Nobody enters a stage: what comes of that is not looked at here. */
const label = { en: 'Buyer', ko: '구매자' };
const stages = [{ id: 'buyer', label, entry: { event: 'Order Completed' } }];
const workspace = { stageModel: { id: 'one', label, stages } };

async function publishAll(): Promise<void> {
  await to.publish('thanked', { start: 'Welcome', steps: { Welcome: mail('Welcome'), Done: { kind: 'exit' } } });
  for (const { id, journey } of ways) await to.publish(id, journey);
  await mortal.until(noon);
}

async function setOut(): Promise<void> {
  await to.enter(people.filter(({ way, nth }) => way.id !== 'revised' || even(nth)));
  await mortal.until(at('12:10'));
}

async function inMidWait(): Promise<void> {
  await mortal.until(at('12:30'));
  await to.act('held', 'pause');
  await silent(of('held'));
  for (const { id, second } of ways)
    if (second) await to.publish(id, second.journey, second.migrate && { migrate: second.migrate });
  await does([...of('left', even), ...of('parked', even)], 'Leave');
  await does(of('silenced', even), 'Email Unsubscribed');
  await to.send(of('answered'), ({ id }) => [
    { event: 'Answer', messageId: `${id} answers` },
    { event: 'Answer', messageId: `${id} answers` },
    { event: 'Answer', messageId: `${id} answers again` },
  ]);
  const said = await to.answerTasks('yes', 'no');
  expect(said).toEqual(of('asked').map(() => [200, 409]));
  await mortal.until(at('12:40'));
  await silent([...of('left', even), ...of('parked', even), ...of('silenced', even)]);
  await to.enter(of('revised', odd));
  await mortal.until(at('12:50'));
}

async function afterAnHour(): Promise<void> {
  // Two hours after the entries, at 13:30, the second message is due.
  await mortal.until(at('13:25'));
  await does(of('left', odd), 'Leave');
  await mortal.until(at('13:30'));
  await to.act('held', 'resume');
  const resumed = Date.parse(await to.now());
  for (const { id } of of('held')) silence.get(id)![1] = resumed;
  await does(of('silenced', odd), 'Email Unsubscribed');
  await does(of('late'), 'Answer');
  await mortal.until(at('13:35'));
  await silent([...of('left', odd), ...of('silenced', odd)]);
}

/** What happens, and how often the runner is killed meanwhile. */
const story: [kills: number, work: () => Promise<void>][] = [
  [2, publishAll],
  [10, setOut],
  [8, inMidWait],
  [14, () => mortal.until(at('13:20'))],
  [4, afterAnHour],
  [8, () => mortal.until(at('20:00'))],
  [2, () => mortal.until(at('12:30', '2025-04-06'))],
  [2, () => mortal.until(at('01:45', '2025-04-07'))],
];
const kills = story.map(([n]) => Math.ceil(n * share));

let trails: Map<string, Trail>;
let histories: Histories;

beforeAll(async () => {
  const assembly = await assemble();
  const time = { start: Date.parse(at('11:30')), speed: 0 };
  mortal = await startMortal({ assembly, data, ...time, environments: 2, workspace }, randomFrom(1_000));
  to = doings(mortal);
  for (const [part, [, work]] of story.entries()) await mortal.during(kills[part]!, work);
  await mortal.rest();
  await mortal.end();
  world = await startWorld({ assembly, data });
  trails = await trailsOf(world, people);
  histories = historiesOf(world);
});
afterAll(async () => {
  await mortal.end();
  await world.stop();
  rmSync(data, { recursive: true, force: true });
});

interface Stats {
  entered: number;
  ended: Record<string, number>;
}

function countsOf(names: string[]): Record<string, number> {
  return Object.fromEntries([...Map.groupBy(names, (name) => name)].map(([name, all]) => [name, all.length]));
}

test('the runner was killed fifty times', () => {
  expect(mortal.gaps).toHaveLength(kills.reduce((sum, n) => sum + n));
});

/** Of everybody, what is not as it should be. */
function wrong(look: (person: Person, trail: Trail) => unknown): unknown[] {
  return people.flatMap((person) => look(person, trails.get(person.id)!) ?? []);
}

test('everybody went each way once, to its end, on the right version', () => {
  const stays = wrong(({ id, way, nth }, trail) => {
    const { outcome, version } = way.expect(nth);
    const ends = trail.stays.filter(({ journeyId }) => journeyId === way.id);
    const line = ends.map((end) => `${end.status}: ${end.outcome}, version ${end.version}`).join();
    return line === `ended: ${outcome}, version ${version}` ? undefined : `${id} ${line}`;
  });
  expect(stays).toEqual([]);
});

/** A kill between sending and noting it down leaves a message of which nobody knows. It is told as that, and not sent again. */
const asFarAsKnown = (line: string): string => line.replace(/: unknown$/, ': sent');

test('every step that was to take effect did, once', () => {
  const sends = wrong(({ id, way, nth }, trail) => {
    const [is, due] = [trail.sends(way.id).map(asFarAsKnown), way.expect(nth).sends];
    return is.join() === due.join() ? undefined : { id, is, due };
  });
  expect(sends).toEqual([]);
});

test('no message went out twice, and none is missing that is told as sent', () => {
  const doubled = wrong(({ id, way }, { mails, sends }) => {
    const lines = [...sends(way.id), ...sends('thanked')];
    const subjects = new Set([...mails.keys(), ...lines.map((line) => line.split(':')[0]!)]);
    return [...subjects].flatMap((subject) => {
      const went = mails.get(subject)?.length ?? 0;
      const known = lines.filter((line) => line === `${subject}: sent`).length;
      const unknown = lines.filter((line) => line === `${subject}: unknown`).length;
      return went < known || went > known + unknown ? [{ id, subject, went, known, unknown }] : [];
    });
  });
  expect(doubled).toEqual([]);
});

test('a journey started by a step is started once', () => {
  const starts = wrong(({ id, way }, { stays, sends }) => {
    const others = stays.filter(({ journeyId }) => journeyId === 'thanked').length;
    return others === Number(way.id === 'answered') && sends('thanked').length === others ? undefined : [id, others];
  });
  expect(starts).toEqual([]);
});

test('nobody who left or opted out is written to, nor anybody during a pause', () => {
  const disturbed = wrong(({ id }, { mails }) => {
    const [from, to] = silence.get(id) ?? [Infinity, 0];
    const times = [...mails.values()].flat().filter((time) => time >= from && time < to);
    return times.length > 0 ? { id, times } : undefined;
  });
  expect(disturbed).toEqual([]);
});

/** When a step's timer is due, the `nth` of somebody's visits; undefined where there is none, or something came before it. */
function dueOf({ way, zone }: Person, visits: Visit[], nth: number): number | undefined {
  const [{ step, at: entered }, next] = [visits[nth]!, visits[nth + 1]!];
  const earlier = visits.slice(0, nth).filter((visit) => visit.step === step).length;
  if (step === 'Night') return Date.parse(halfPastTwo[zone]![earlier]!);
  const { for: length, timeout, onTimeout } = way.journey.steps[step] ?? {};
  if (length !== undefined) return entered + durationMs(length);
  return timeout !== undefined && next.step === onTimeout ? entered + durationMs(timeout) : undefined;
}

/** Of a time, how much there was no runner. */
const withoutRunner = (from: number, to: number): number =>
  mortal.gaps.reduce((sum, gap) => sum + Math.max(0, Math.min(to, gap.to) - Math.max(from, gap.from)), 0);

/** What a timer may be late by, of the time in which there is a runner. Milliseconds. */
const mostLate = 2_000;

test('no timer is lost, none early, and none late', () => {
  let timers = 0;
  const off = wrong((person, { stays }) =>
    stays.flatMap(({ enrolmentId }) => {
      const visits = histories.visits.get(enrolmentId) ?? [];
      return visits.slice(0, -1).flatMap(({ step }, nth) => {
        const [due, fired] = [dueOf(person, visits, nth), visits[nth + 1]!.at];
        if (due === undefined) return [];
        timers++;
        const late = fired - due - withoutRunner(due, fired);
        return fired < due || late > mostLate ? [`${person.id}, ${step}: due ${due}, fired ${fired}`] : [];
      });
    }),
  );
  expect(off).toEqual([]);
  expect(timers).toBeGreaterThan(people.length * 0.9);
});

test('no execution is left over', () => expect(histories.running).toEqual([]));

test('entries and ends are counted once', async () => {
  for (const { id, expect: due } of ways) {
    const { body } = await world.get<{ items: Stats[] }>(`/v1/journeys/${id}/stats`);
    const ends: Record<string, number> = {};
    for (const { ended } of body.items)
      for (const [name, n] of Object.entries(ended)) ends[name] = (ends[name] ?? 0) + n;
    const outcomes = of(id).map(({ nth }) => due(nth).outcome);
    const entered = body.items.reduce((sum, one) => sum + one.entered, 0);
    expect([id, entered, ends]).toEqual([id, outcomes.length, countsOf(outcomes)]);
  }
});

test('nothing was put aside', () => {
  expect(Object.values(world.local.services.queues.counts()).every((count) => count === 0)).toBe(true);
});
