import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { chooseBranch } from '#functions/journey/choose-branch/handler.ts';
import { sendStepMessage } from '#functions/journey/send-message/handler.ts';
import { updateProfileStep } from '#functions/journey/update-profile/handler.ts';
import { StepCall } from '#lib/journey/execution/step-call.ts';
import { addMs } from '#lib/shared/time.ts';
import { aCall, aProfile, aSend, dated, mina, start } from '../../journey/journey-examples.ts';
import { aWorld } from '../../journey/journey-world.ts';

const folder = new URL('../../../events/steps/', import.meta.url);
const samples = readdirSync(folder);

test.each(samples)('the sample %s is a step’s call', (name) => {
  const sample: unknown = JSON.parse(readFileSync(new URL(name, folder), 'utf8'));
  expect(StepCall.parse(sample)).toMatchObject({ enrolment: { workspace: 'local' } });
});

const aBranch = {
  kind: 'branch',
  cases: [
    { when: { trait: 'plan', is: 'pro' }, next: 'A' },
    { when: { channel: ['mobile'] }, next: 'B' },
  ],
  otherwise: 'C',
};

test('a branch names the first case that is met', async () => {
  const world = await aWorld();
  const chosen = async () => ((await chooseBranch(world)(aCall(aBranch))) as { case: number }).case;
  await world.know(aProfile());
  expect(await chosen()).toBe(-1);
  await world.profiles.update(mina, (profile) => ({ profile: { ...profile, channels: { mobile: start } } }));
  expect(await chosen()).toBe(1);
  await world.profiles.update(mina, (profile) => ({ profile: { ...profile, traits: dated({ plan: 'pro' }) } }));
  expect(await chosen()).toBe(0);
});

const marks = aCall({ kind: 'updateProfile', traits: { welcomed: true, plan: 'gold' }, next: 'Done' });

test('an update sets traits as of the step, and leaves what the customer has said since', async () => {
  const world = await aWorld();
  await world.know(aProfile({ traits: dated({ plan: 'pro' }, addMs(start, 1)) }));
  for (let tries = 0; tries < 2; tries++) await updateProfileStep(world)(marks);
  expect((await world.profiles.get(mina))?.traits).toEqual({
    welcomed: { value: true, at: start },
    plan: { value: 'pro', at: addMs(start, 1) },
  });
});

test('who has left is not updated', async () => {
  const world = await aWorld();
  await world.know(aProfile({ journeys: {} }));
  expect(await updateProfileStep(world)(marks)).toMatchObject({ status: 'unchanged' });
});

test('a function refuses the step of another', async () => {
  const world = await aWorld();
  await world.know(aProfile());
  await expect(chooseBranch(world)(aCall(aSend()))).rejects.toMatchObject({ code: 'journey.wrong-step' });
  const unused = {
    ...world,
    sends: undefined as never,
    deliver: {},
    report: () => undefined,
  };
  await expect(sendStepMessage(unused)(marks)).rejects.toMatchObject({ code: 'journey.wrong-step' });
});

test('strings of traits are filled in, and a place alone becomes the value itself', async () => {
  const world = await aWorld();
  await world.know(aProfile());
  const traits = { greeting: 'Dear {{traits.firstName | customer}}', score: '{{vars.answer.body.score}}' };
  const vars = { answer: { body: { score: 82 } } };
  await updateProfileStep(world)(aCall({ kind: 'updateProfile', traits, next: 'Done' }, { vars }));
  expect((await world.profiles.get(mina))?.traits).toMatchObject({
    greeting: { value: 'Dear Mina' },
    score: { value: 82 },
  });
});

test('whom the gate stops is neither updated nor branched', async () => {
  const world = { ...(await aWorld()), gate: () => Promise.resolve({ gate: 'hold' as const }) };
  await world.know(aProfile());
  expect(await updateProfileStep(world)(marks)).toEqual({ gate: 'hold' });
  expect(await chooseBranch(world)(aCall(aBranch))).toEqual({ gate: 'hold' });
  expect((await world.profiles.get(mina))?.traits).not.toHaveProperty('welcomed');
});
