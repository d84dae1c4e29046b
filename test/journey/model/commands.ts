import fc from 'fast-check';
import { expect } from 'vitest';
import { validateJourney } from '#lib/journey/validation/validate-journey.ts';
import { type JourneyDefinition } from '#lib/journey/definition/journey-definition.ts';
import { durationMs } from '#lib/shared/time.ts';
import { type Model } from './expected-system.ts';
import { type Stay, type Task } from './customers.ts';
import { definitionOf, edition, type Edition, mapOf, type Scenario } from './journeys.ts';
import { events, orders, plans } from './expected-steps.ts';
import { type Reply, type System, workspace } from './system-under-test.ts';
import { type Action } from './expected-versions.ts';
import { expected, seen } from './expected-views.ts';

const minute = 60_000;

/** What the model stands for. */
export interface Real {
  system: System;
  scenario: Scenario;
}

type Command = fc.AsyncCommand<Model, Real>;

/** A command is something that is done to both, a minute after what was done before; then both must look alike. */
function command(name: string, act: (model: Model, system: System, scenario: Scenario) => Promise<void>): Command {
  return {
    check: () => true,
    async run(model, { system, scenario }) {
      model.advance(minute);
      await system.advance(minute);
      await act(model, system, scenario);
      expect(await seen(system)).toEqual(expected(model));
      expect(system.failures).toEqual([]);
    },
    toString: () => name,
  };
}

const refusalIn = (reply: Reply): string | undefined => ('refused' in reply ? reply.refused : undefined);

const passes = (duration: string): Command =>
  command(`${duration} pass`, async (model, system) => {
    model.advance(durationMs(duration));
    await system.advance(durationMs(duration));
  });

const does = (who: string, event: string, order: string | undefined): Command =>
  command(`${who}: ${event} ${order ?? ''}`, async (model, system) => {
    const properties = order === undefined ? {} : { order };
    model.touch(who, event, properties);
    await system.touch(who, { name: event, properties });
  });

/** A customer signs up. */
export async function begin(model: Model, system: System, who: string): Promise<void> {
  model.touch(who, 'Signed Up', { order: 'o1' });
  await system.touch(who, { name: 'Signed Up', properties: { order: 'o1' } });
}

/** A customer tells something, a second ago. */
export async function tell(model: Model, system: System, told: { who: string; traits: Record<string, string> }) {
  model.touch(told.who, 'Identified', told.traits);
  await system.touch(told.who, { name: 'Identified', properties: told.traits, type: 'identify' });
}

const tells = (who: string, traits: Record<string, string>): Command =>
  command(`${who} tells ${JSON.stringify(traits)}`, (model, system) => tell(model, system, { who, traits }));

const knocks = (who: string, knock: string, key: string | undefined): Command =>
  command(`${who} knocks by ${knock} with ${key ?? 'no key'}`, async (model, system) => {
    const body = { customerId: who, id: knock, ...(key !== undefined && { key }) };
    const reply = await system.api('POST /v1/journeys/{id}/enrolments', { id: 'journey' }, body);
    expect(refusalIn(reply)).toBe(model.knock(who, { key, knock }));
  });

const acts = (action: Action): Command =>
  command(action, async (model, system) => {
    const reply = await system.api(`POST /v1/journeys/{id}/${action}`, { id: 'journey' });
    expect(refusalIn(reply)).toBe(model.act(action) ? undefined : 'journey.wrong-state');
  });

const receives = (isUp: boolean): Command =>
  command(`the receiver is ${isUp ? 'up' : 'down'}`, async (model, system) => {
    model.isReceiving = isUp;
    system.receiver.isUp = isUp;
  });

const inTurn = (name: string, ...all: Command[]): Command => ({
  check: () => true,
  run: async (model, real) => {
    for (const one of all) await one.run(model, real);
  },
  toString: () => name,
});

const isPausedFor = (duration: string): Command =>
  inTurn(`paused for ${duration}`, acts('pause'), passes(duration), acts('resume'));

/** The question asked last but so many. */
function questionOf({ stays }: Model, back: number): { stay: Stay; task: Task } | undefined {
  const all = stays.flatMap((stay) => stay.tasks.map((task) => ({ stay, task })));
  return all.sort((a, b) => b.task.openedAt - a.task.openedAt)[back];
}

const answers = (back: number, answer: string): Command =>
  command(`answer ${answer} to the question before ${back}`, async (model, system) => {
    const question = questionOf(model, back);
    if (!question) return;
    const { stay, task } = question;
    const [since, openedAt] = [stay.since, task.openedAt].map((at) => new Date(at).toISOString()) as [string, string];
    const id = await system.taskId({ customer: stay.customer, key: stay.key, since, step: task.step, openedAt });
    const reply = await system.api('POST /v1/tasks/{id}', { id }, { answer });
    expect(refusalIn(reply)).toBe(model.answer(stay, task, answer) ? undefined : 'task.closed');
  });

/** Writes the draft and publishes it. */
export async function publishes(
  model: Model,
  system: System,
  { definition, map }: { definition: JourneyDefinition; map?: Record<string, string | null> | undefined },
): Promise<void> {
  const { version: _, ...draft } = definition;
  const rev = (await system.wires.drafts.draft(workspace, 'journey'))?.rev ?? 0;
  await system.wires.drafts.saveDraft(workspace, { draft, rev, savedAt: system.now() });
  const request = map === undefined ? {} : { migrate: { map } };
  const reply = await system.api('POST /v1/journeys/{id}/publish', { id: 'journey' }, request);
  const isSound = validateJourney(definition).every(({ severity }) => severity !== 'error');
  expect(refusalIn(reply)).toBe(isSound && model.versions.publish(definition, map) ? undefined : 'journey.faulty');
}

const publish = (edited: Edition): Command =>
  command(`publish ${JSON.stringify(edited)}`, async (model, system, scenario) => {
    const definition = definitionOf(scenario, edited.body, model.versions.all.length + 1);
    await publishes(model, system, { definition, map: mapOf(edited, model.versions.all, definition) });
  });

const who = fc.constantFrom('ada', 'ben');
const order = fc.option(fc.constantFrom(...orders), { nil: undefined, freq: 8 });

const often = <T>(times: number, one: T): T[] => Array.from({ length: times }, () => one);

/** What happens to a journey and its customers. */
export const commands = fc.commands(
  [
    ...often(4, fc.constantFrom('30m', '2h', '8h', '1d', '4d').map(passes)),
    ...often(
      3,
      fc.tuple(who, order).map(([one, key]) => does(one, 'Signed Up', key)),
    ),
    ...often(
      2,
      fc.tuple(who, fc.constantFrom(...events), order).map(([one, event, key]) => does(one, event, key)),
    ),
    fc.tuple(who, fc.constantFrom(...plans)).map(([one, plan]) => tells(one, { plan })),
    who.map((one) => tells(one, { email: `${one}@example.com` })),
    fc.tuple(who, fc.constantFrom('k1', 'k2', 'k3'), order).map(([one, knock, key]) => knocks(one, knock, key)),
    ...often(3, fc.constantFrom('30m', '8h', '1d', '4d').map(isPausedFor)),
    fc.constantFrom<Action>('pause', 'resume').map(acts),
    fc.constantFrom<Action>('resume', 'resume', 'close', 'stop').map(acts),
    ...often(
      2,
      fc.tuple(fc.nat({ max: 1 }), fc.constantFrom('yes', 'no')).map(([back, one]) => answers(back, one)),
    ),
    ...often(2, fc.boolean().map(receives)),
    ...often(3, edition.map(publish)),
  ],
  { maxCommands: 16, size: 'max' },
);
