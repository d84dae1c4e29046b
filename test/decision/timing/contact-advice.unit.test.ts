import { expect, test } from 'vitest';
import { type DecisionAnswer } from '#lib/decision/choice/decision.ts';
import { adviseContact, adviseSendTime, type WorkspaceSendTimeStats } from '#lib/decision/timing/contact-advice.ts';
import { learnSendTimes } from '#lib/decision/timing/learn-send-times.ts';
import { newProfile, type Profile } from '#lib/model/profile.ts';
import { aWorld, mina, start } from '../decision-world.ts';

/** Acts around an hour: the neighbours have a tenth. */
const hoursAt = (hour: number, n: number) =>
  Array.from({ length: 24 }, (_, at) => (at === hour ? n : Math.abs(at - hour) === 1 ? n / 10 : 0));
const workspace = { timezone: 'UTC', caps: [] };

const habits: WorkspaceSendTimeStats = {
  at: start,
  all: hoursAt(12, 500),
  channels: { email: hoursAt(18, 300) },
  strengths: { segment: 10, customer: 5 },
  decay: [0.3, 0.2, 0.05],
};
const early: Profile = { ...newProfile(mina, start), hours: { email: hoursAt(6, 40) } };

test('the best hour is the customer’s own, the channel’s or everybody’s, as far as each held', () => {
  const at = (profile: Profile, strengths: WorkspaceSendTimeStats['strengths']) =>
    adviseSendTime(profile, { habits: { ...habits, strengths }, workspace, channel: 'email', now: start });
  const stranger = newProfile(mina, start);
  expect(at(early, habits.strengths)).toMatchObject({ hour: 6, basis: 'customer' });
  expect(at(stranger, habits.strengths)).toMatchObject({ hour: 18, basis: 'channel' });
  expect(at(early, { segment: 10, customer: null })).toMatchObject({ hour: 18, basis: 'channel' });
  expect(at(early, { segment: null, customer: null })).toMatchObject({ hour: 12, basis: 'everybody' });
  expect(adviseSendTime(early, { workspace, channel: 'email', now: start })).toBeUndefined();
});

test('the hour is told on the clocks where the customer lives, and when it comes next', () => {
  const inSeoul = { ...early, traits: { timezone: { value: 'Asia/Seoul', at: start } } };
  expect(adviseSendTime(inSeoul, { habits, workspace, channel: 'email', now: start })).toEqual({
    hour: 6,
    at: '2026-03-01T21:00:00.000Z',
    basis: 'customer',
  });
  const now = '2026-03-01T06:20:00.000Z';
  expect(adviseSendTime(early, { habits, workspace, channel: 'email', now })).toMatchObject({ at: now });
});

test('messages are recommended while they pay, and never more than the caps let through in a week', () => {
  const caps = [
    { max: 2, within: '1d' },
    { max: 4, within: '30d', channel: 'email' as const },
    { max: 1, within: '7d', purpose: 'transactional' as const },
  ];
  const advice = (channel: string | undefined, cost: number) =>
    adviseContact({ habits, workspace: { ...workspace, caps }, channel }, { value: 1, cost });
  expect(advice('sms', 0)).toEqual({ recommended: 14, max: 14 });
  expect(advice('email', 0)).toEqual({ recommended: 4, max: 4 });
  expect(advice('email', 0.1)).toEqual({ recommended: 2, max: 4 });
});

const day = 86_400_000;
const began = Date.parse(start) - 100 * day;

test('habits that hold are learnt, and response is seen to fall with messages', () => {
  const histories = Array.from({ length: 40 }, (_, c) => ({
    customer: `u:${c}`,
    acts: Array.from({ length: 15 }, (__, n) => ({ at: began + n * 5 * day, channel: 'web', hour: c % 24 })),
    contacts: [],
  }));
  const learnt = learnSendTimes(histories, start);
  expect(learnt.strengths.customer).not.toBeNull();
  const nobody = histories.map((one) => ({
    ...one,
    acts: one.acts.map((act, n) => ({ ...act, hour: (n * 7 + Number(one.customer.slice(2))) % 24 })),
  }));
  expect(learnSendTimes(nobody, start).strengths.customer).toBeNull();
  const pestered = Array.from({ length: 30 }, (_, c) => ({
    customer: `u:${c}`,
    acts: [{ at: began + day / 2, channel: 'email', hour: 9 }],
    contacts: [began, began + day, began + 2 * day],
  }));
  const [first = 0, second = 1] = learnSendTimes(pestered, start).decay;
  expect(first).toBeGreaterThan(second);
});

test('an answer tells when and how often to write, in the voice of the latest feeling', async () => {
  const world = await aWorld();
  const label = { en: 'Banner', ko: '배너' };
  const variants = [
    { for: { emotion: 'negative' }, content: { title: 'We are sorry' } },
    { for: { persona: 'saver' }, content: { title: 'Save more' } },
  ];
  const only = {
    ...{ id: 'hello', label, purpose: 'transactional', success: { event: 'Order Completed' } },
    ...{ content: { title: 'Hello', url: '/' }, variants },
  };
  await world.placements('PUT /v1/placements/{id}', {
    params: { id: 'banner' },
    body: () => ({ id: 'banner', label, fallback: 'hello', offers: [only], contact: { value: 1, cost: 0.1 } }),
  });
  await world.habits.save('acme', habits);
  const traits = { persona: { value: 'saver', at: start } };
  await world.know(mina, { traits, hours: { email: hoursAt(6, 40) } });
  const request = { customerId: 'mina', placement: 'banner', context: { channel: 'email' } };
  expect(await world.post<DecisionAnswer>(request)).toMatchObject({
    offer: { content: { title: 'Save more', url: '/' } },
    voice: { persona: 'saver' },
    sendAt: { hour: 6, basis: 'customer' },
    contact: { recommended: 2, max: 7 },
  });
  await world.profiles.update(mina, (profile) => ({
    profile: { ...profile, answers: { nps: { value: 2, at: start } } },
  }));
  expect(await world.post<DecisionAnswer>(request)).toMatchObject({
    offer: { content: { title: 'We are sorry' } },
    voice: { emotion: 'negative' },
  });
});
