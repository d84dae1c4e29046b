import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { aPerson, aSignedUpPerson } from '../support/customer-client.ts';
import { sharedTime } from '../support/shared-time.ts';
import { startWorld, type World } from '../support/world.ts';

vi.setConfig({ testTimeout: 120_000 });

/** Nobody gets marketing at night, nor more than two messages of it in a week. */
const workspace = {
  quietHours: { from: '22:00', to: '07:00' },
  caps: [{ max: 2, within: '7d', purpose: 'marketing' as const }],
};

const share = sharedTime();
let world: World;
beforeAll(async () => {
  world = share(await startWorld({ workspace }));
}, 120_000);
afterAll(() => world.stop());

const signedUp = (traits?: Record<string, unknown>) => aSignedUpPerson(world, traits);

test.concurrent('who signs up is welcomed at once', async () => {
  const person = await signedUp({ firstName: 'Ann' });
  expect(await person.messages('onboarding')).toEqual(['Welcome: sent']);
  expect(person.mails()).toEqual(['Welcome, Ann']);
  expect(await person.enrolments('onboarding')).toMatchObject([{ status: 'active', trigger: 'Signed Up' }]);
});

test.concurrent('who activates in time is told the next steps, and is done', async () => {
  const person = await signedUp();
  await world.advance('2d');
  await person.does('Activated');
  expect(await person.messages('onboarding')).toEqual(['Welcome: sent', 'Next steps: sent']);
  expect(await person.enrolments('onboarding')).toMatchObject([{ status: 'ended', outcome: 'activated' }]);
});

test.concurrent('who activates in the very moment of signing up is not waited for', async () => {
  const person = aPerson(world);
  await person.sends(
    { type: 'identify', traits: { email: person.email } },
    { event: 'Signed Up' },
    { event: 'Activated' },
  );
  expect(await person.enrolments('onboarding')).toMatchObject([{ status: 'ended', outcome: 'activated' }]);
  // In one moment, so in no order.
  expect((await person.messages('onboarding')).sort()).toEqual(['Next steps: sent', 'Welcome: sent']);
});

test.concurrent('who does not activate in three days gets help for the channel they are on', async () => {
  const [web, app] = [await signedUp(), await signedUp()];
  await app.sends({ event: 'Application Opened', context: { device: { type: 'ios' }, os: { name: 'iOS' } } });
  await world.advance('3d');
  expect(await web.messages('onboarding')).toEqual(['Welcome: sent', 'Help on the web: sent']);
  expect(await app.messages('onboarding')).toEqual(['Welcome: sent', 'Help in the app: sent']);
});

test.concurrent('help that brings somebody to activate within the week leads to the next steps', async () => {
  const person = await signedUp();
  await world.advance('4d');
  await person.does('Onboarding Completed');
  expect((await person.messages('onboarding')).at(-1)).toBe('Next steps: sent');
  expect(await person.enrolments('onboarding')).toMatchObject([{ outcome: 'activated' }]);
});

test.concurrent('who never activates hears nothing after the help, and who has no address nothing at all', async () => {
  const [person, unknown] = [await signedUp(), aPerson(world)];
  await unknown.does('Signed Up');
  await world.advance('10d');
  expect(await person.messages('onboarding')).toEqual(['Welcome: sent', 'Help on the web: sent']);
  const skipped = (stepId: string) => `${stepId}: skipped (no-address)`;
  expect(await unknown.messages('onboarding')).toEqual([skipped('Welcome'), skipped('Help on the web')]);
  for (const one of [person, unknown])
    expect(await one.enrolments('onboarding')).toMatchObject([{ status: 'ended', outcome: 'not-activated' }]);
});

test.concurrent('a purchase in mid-wait ends the journey, and nothing is sent afterwards', async () => {
  const person = await signedUp();
  await world.advance('1d');
  await person.does('Order Completed');
  expect(await person.enrolments('onboarding')).toMatchObject([{ status: 'ended', outcome: 'exited' }]);
  await person.does('Activated');
  await world.advance('3d');
  expect(await person.messages('onboarding')).toEqual(['Welcome: sent']);
});

test.concurrent('whoever signs up and buys in one batch is not helped to begin', async () => {
  const person = aPerson(world);
  await person.sends(
    { type: 'identify', traits: { email: person.email } },
    { event: 'Signed Up' },
    { event: 'Order Completed' },
  );
  const [enrolment] = await person.enrolments('onboarding');
  expect(enrolment?.outcome ?? 'exited').toBe('exited');
  await world.advance('3d');
  expect((await person.messages('onboarding')).filter((message) => message.startsWith('Help'))).toEqual([]);
});

test.concurrent('quiet hours where the customer lives put help off until they end', async () => {
  const sleeper = await signedUp({ timezone: 'Pacific/Auckland' });
  await world.advance('3d');
  expect(await sleeper.messages('onboarding')).toEqual(['Welcome: sent']);
  await world.advance('12h');
  const help = (await sleeper.timeline()).find(({ stepId }) => stepId === 'Help on the web');
  expect(help).toMatchObject({ status: 'sent' });
  const there = new Intl.DateTimeFormat('en', { timeZone: 'Pacific/Auckland', timeStyle: 'short', hourCycle: 'h23' });
  expect(there.format(new Date(help!.at))).toBe('07:00');
  await world.advance('12h');
});

test.concurrent('who withdraws consent during the wait is skipped, and the reason is kept', async () => {
  const person = await signedUp();
  await world.advance('1d');
  await person.does('Email Unsubscribed');
  await world.advance('2d');
  expect(await person.messages('onboarding')).toEqual(['Welcome: sent', 'Help on the web: skipped (no-consent)']);
  expect(person.mails()).toHaveLength(1);
});

test.concurrent('messages of all journeys count towards the frequency cap', async () => {
  const person = await signedUp();
  await person.does('Cart Abandoned');
  await world.advance('3d');
  await world.advance('1h');
  await person.does('Activated');
  expect(await person.messages('retention')).toEqual(['Send offer: sent']);
  expect(await person.messages('onboarding')).toEqual([
    'Welcome: sent',
    'Help on the web: sent',
    'Next steps: skipped (frequency-cap)',
  ]);
});

test.concurrent('the same event sent again, or another of its kind, starts nothing', async () => {
  const person = await signedUp();
  const again = { event: 'Account Created', messageId: `again-${person.id}`, timestamp: world.now() };
  await person.sends(again, again);
  await person.sends(again);
  await person.does('Signed Up');
  await world.advance('3d');
  await person.does('Signed Up');
  expect(await person.enrolments('onboarding')).toHaveLength(1);
  expect(await person.messages('onboarding')).toEqual(['Welcome: sent', 'Help on the web: sent']);
});
