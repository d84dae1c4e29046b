import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type DecisionAnswer, DecisionRequest } from '#lib/decision/choice/decision.ts';
import { Placement } from '#lib/decision/placements/placement.ts';
import { type StepDecision } from '#functions/decision/personalize-step/handler.ts';
import { deployedJourneys } from '#lib/journey/publishing/deployed-journeys.ts';
import { deployedPlacements } from '#lib/decision/placements/deployed-placements.ts';
import { pointerItem } from '#lib/profile/profile-store.ts';
import { aWorld, mina, start } from '../decision-world.ts';

const samples = (folder: string) =>
  readdirSync(new URL(`../../../events/${folder}`, import.meta.url)).map((file) => ({
    file,
    sample: JSON.parse(readFileSync(new URL(`../../../events/${folder}/${file}`, import.meta.url), 'utf8')) as unknown,
  }));

const request = { customerId: 'mina', placement: 'next-contact', decisionId: 'asked-1' };

test.each(samples('placements'))('the shipped placement $file is one', ({ sample }) => {
  const { id } = Placement.parse(sample);
  expect(deployedPlacements.has(id)).toBe(true);
});

test.each(samples('http').filter(({ file }) => file.startsWith('decision')))('$file is a request', ({ sample }) => {
  DecisionRequest.parse(sample);
});

test('every placement a shipped journey asks for is shipped', () => {
  const asked = deployedJourneys
    .flatMap(({ steps }) => Object.values(steps))
    .flatMap((step) => (step.kind === 'decide' ? [step.placement] : []));
  expect(asked.filter((id) => !deployedPlacements.has(id))).toEqual([]);
});

describe('a decision', () => {
  test('is stored with the profile, and asked again answers the same', async () => {
    const world = await aWorld();
    await world.know(mina);
    const first = await world.post<DecisionAnswer>(request);
    world.advance(60_000);
    expect(await world.post(request)).toEqual(first);
    expect(first).toMatchObject({ decisionId: 'asked-1', placement: 'next-contact', recorded: true });
    expect(await world.rowsOf(mina, 'd#')).toHaveLength(1);
    const profile = await world.profiles.get(mina);
    expect(profile?.decisions['asked-1']).toMatchObject({ offer: first.offer.id, at: start, exposed: false });
  });

  test('is remembered also after it succeeded, when the profile knows nothing of it any more', async () => {
    const world = await aWorld();
    await world.know(mina);
    const first = await world.post<DecisionAnswer>(request);
    await world.profiles.update(mina, (profile) => ({ profile: { ...profile, decisions: {} } }));
    world.advance(60_000);
    expect(await world.post(request)).toEqual(first);
    expect(await world.rowsOf(mina, 'd#')).toHaveLength(1);
  });

  test('is made once by twenty that ask at once', async () => {
    const world = await aWorld();
    await world.know(mina);
    const answers = await Promise.all(Array.from({ length: 20 }, () => world.post<DecisionAnswer>(request)));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(await world.rowsOf(mina, 'd#')).toHaveLength(1);
  });

  test('for somebody never seen is answered and not stored', async () => {
    const world = await aWorld();
    const answer = await world.post<DecisionAnswer>({ customerId: 'nobody', placement: 'next-contact' });
    expect(answer).toMatchObject({ recorded: false, propensity: expect.any(Number) as number });
    expect(await world.rowsOf({ workspace: 'acme', customer: 'u:nobody' }, '')).toEqual([]);
  });

  test('made for a visitor is found again after the visitor became a customer', async () => {
    const world = await aWorld();
    const visitor = { workspace: 'acme', customer: 'a:visitor' };
    await world.know(visitor);
    const before = await world.post<DecisionAnswer>({ ...request, customerId: 'visitor' });
    const { decisions } = (await world.profiles.get(visitor))!;
    await world.know(mina, { linked: [visitor.customer], decisions });
    await world.table.put(pointerItem(visitor, mina, 2));
    expect(await world.post({ ...request, customerId: 'visitor' })).toEqual(before);
  });

  test('is capped by those before it, also those that succeeded', async () => {
    const world = await aWorld();
    await world.know(mina, { purchases: { n: 1, revenue: 40, first: start, last: start } });
    for (let n = 0; n < 12; n++) {
      await world.post({ customerId: 'mina', placement: 'win-back' });
      await world.profiles.update(mina, (profile) => ({ profile: { ...profile, decisions: {} } }));
      world.advance(1_000);
    }
    const rows = await world.rowsOf(mina, 'd#');
    const times = (offer: string) => rows.filter((row) => row.offer === offer).length;
    expect(['come-back-discount', 'free-shipping', 'what-is-new', 'how-can-we-help'].map(times)).toEqual([1, 2, 2, 7]);
  });

  test('keeps at most ten in the profile, the newest', async () => {
    const world = await aWorld();
    await world.know(mina);
    for (let n = 0; n < 12; n++) {
      await world.post({ ...request, decisionId: `d${n}` });
      world.advance(1_000);
    }
    const { decisions } = (await world.profiles.get(mina))!;
    expect(Object.keys(decisions)).toHaveLength(10);
    expect(decisions).not.toHaveProperty('d0');
    expect(decisions).toHaveProperty('d11');
  });

  test('of an unknown placement is not found, and of a malformed request rejected with the place of the fault', async () => {
    const world = await aWorld();
    await expect(world.post({ ...request, placement: 'nowhere' })).rejects.toMatchObject({ code: 'placement.unknown' });
    await expect(world.post({ placement: 'win-back' })).rejects.toMatchObject({
      code: 'decision.invalid',
      facts: { issues: [{ path: 'customerId' }] },
    });
  });
});

describe('personalize', () => {
  const entered = {
    'detail-type': 'StageEntered',
    detail: { id: 'e1', ...mina, customerId: 'mina', occurredAt: start, stage: 'decision', rule: 'decision' },
  };

  test('decides on the next contact once for each stage entered, however often it is told', async () => {
    const world = await aWorld();
    await world.know(mina);
    const first = (await world.personalize(entered)) as StepDecision;
    world.advance(60_000);
    expect(await world.personalize(entered)).toEqual(first);
    expect(await world.rowsOf(mina, 'd#')).toMatchObject([{ placement: 'next-contact', offer: first.id }]);
  });

  test('answers a journey with what its templates read', async () => {
    const world = await aWorld();
    await world.know(mina);
    const call = {
      enrolment: {
        ...mina,
        enrolmentId: 'en1',
        journeyId: 'retention',
        version: 1,
        startedAt: start,
        trigger: { id: 't1', name: 'ChurnRiskChanged', properties: {} },
        splits: {},
        vars: {},
        run: { leg: 0, round: 0, rounds: {} },
      },
      stepId: 'Choose offer',
      occurrence: 0,
      enteredAt: start,
      step: { kind: 'decide', placement: 'win-back', next: 'Send offer' },
    };
    const answer = await world.personalize(call);
    expect(answer).toMatchObject({ placement: 'win-back', content: { title: expect.any(String) as string } });
    const { id, because } = answer as StepDecision;
    expect(because).toMatchObject({ policyVersion: expect.any(String) as string, offers: { [id]: 'chosen' } });
    expect(await world.personalize(call)).toEqual(answer);
  });
});

test('an id longer than any that is kept is refused', async () => {
  const world = await aWorld();
  await expect(world.post({ customerId: '😀'.repeat(512), placement: 'win-back' })).rejects.toThrow('decision.invalid');
});

describe('placements', () => {
  const own = { ...deployedPlacements.get('win-back')!, label: { en: 'Ours', ko: '우리' } };

  test('are the shipped ones until the workspace stores its own', async () => {
    const world = await aWorld();
    const params = { id: 'win-back' };
    expect(await world.placements('GET /v1/placements/{id}', { params })).toEqual(deployedPlacements.get('win-back'));
    await world.placements('PUT /v1/placements/{id}', { params, body: () => own });
    expect(await world.placements('GET /v1/placements/{id}', { params })).toEqual(own);
    const { items } = await world.placements<{ items: Placement[] }>('GET /v1/placements', {});
    expect(items.map(({ id, label }) => [id, label.en])).toEqual([
      ['next-contact', 'Next contact'],
      ['win-back', 'Ours'],
    ]);
    const other = { workspace: 'other', params };
    expect(await world.placements('GET /v1/placements/{id}', other)).toEqual(deployedPlacements.get('win-back'));
  });

  test('with a fault are refused by its path', async () => {
    const world = await aWorld();
    const put = (body: object) =>
      world.placements('PUT /v1/placements/{id}', { params: { id: 'win-back' }, body: () => body });
    await expect(put({ ...own, fallback: 'nothing' })).rejects.toMatchObject({
      code: 'placement.invalid',
      facts: { issues: [{ path: 'fallback' }] },
    });
    await expect(put({ ...own, id: 'other' })).rejects.toMatchObject({ code: 'placement.invalid' });
    const variants = Array.from({ length: 10 }, () => ({ for: {}, content: { text: 'x'.repeat(3_900) } }));
    const offers = [
      ...own.offers,
      ...Array.from({ length: 8 }, (_, i) => ({ ...own.offers[0]!, id: `long-${i}`, variants })),
    ];
    await expect(put({ ...own, offers })).rejects.toMatchObject({ status: 413, code: 'placement.too-large' });
  });
});
