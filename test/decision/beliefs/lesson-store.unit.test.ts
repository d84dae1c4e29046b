import fc from 'fast-check';
import { expect, test } from 'vitest';
import { beliefsIn } from '#lib/decision/beliefs/linear-model.ts';
import { Placement } from '#lib/decision/placements/placement.ts';
import { aWorld, mina, told } from '../decision-world.ts';

const placement = 'next-contact';
const minuteMs = 60_000;

test('exposures and outcomes count once, told one to three times in any order', async () => {
  const world = await aWorld();
  await world.know(mina);
  let n = 0;
  const fates = fc.array(fc.constantFrom('unseen', 'seen', 'won', 'won unseen'), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(fates, fc.infiniteStream(fc.nat()), async (all, order) => {
      world.advance(minuteMs);
      const before = await totals(world);
      const events: ReturnType<typeof told>[] = [];
      for (const fate of all) {
        const decisionId = `d${n++}`;
        await world.post({ customerId: 'mina', placement, decisionId });
        const times = () => Array.from({ length: 1 + (order.next().value % 3) });
        if (fate === 'seen' || fate === 'won') events.push(...times().map(() => told('DecisionExposed', decisionId)));
        if (fate.startsWith('won')) events.push(...times().map(() => told('OutcomeObserved', decisionId)));
      }
      const draw = (): number => order.next().value as number; // a stream without end
      const shuffled = events.map((event) => ({ event, at: draw() })).sort((a, b) => a.at - b.at);
      await Promise.all(shuffled.map(({ event }) => world.learn(event)));
      world.advance(minuteMs);
      const after = await totals(world);
      expect(after.exposed - before.exposed).toBe(all.filter((fate) => fate !== 'unseen').length);
      expect(after.won - before.won).toBe(all.filter((fate) => fate.startsWith('won')).length);
    }),
    { numRuns: 12 },
  );
});

async function totals(world: Awaited<ReturnType<typeof aWorld>>) {
  const tries = Object.values(await world.stats('acme', placement)).flatMap((offers) => Object.values(offers));
  const sum = (key: 'exposed' | 'won') => tries.reduce((total, one) => total + one[key], 0);
  return { exposed: sum('exposed'), won: sum('won') };
}

test('what was decided for a visitor is learnt from the customer the visitor became', async () => {
  const world = await aWorld();
  const visitor = { workspace: 'acme', customer: 'a:visitor' };
  await world.know(visitor);
  await world.post({ customerId: 'visitor', placement, decisionId: 'd1' });
  await world.know(mina, { linked: [visitor.customer] });
  expect(await world.learn(told('OutcomeObserved', 'd1'))).toBe('counted');
  expect(await world.learn(told('OutcomeObserved', 'd1'))).toBe('known');
});

test('what nobody decided is not counted', async () => {
  const world = await aWorld();
  await world.know(mina);
  expect(await world.learn(told('DecisionExposed', 'never'))).toBe('unknown');
});

test('the row of the decision tells when it was seen and when it succeeded', async () => {
  const world = await aWorld();
  await world.know(mina);
  await world.post({ customerId: 'mina', placement, decisionId: 'd1' });
  await world.learn(told('DecisionExposed', 'd1'));
  await world.learn(told('OutcomeObserved', 'd1'));
  expect(await world.rowsOf(mina, 'd#')).toMatchObject([
    { exposedAt: expect.any(String) as string, wonAt: expect.any(String) as string },
  ]);
});

const label = { en: 'x', ko: 'x' };
const success = { event: ['Order Completed'] };
const offer = (id: string, more: object = {}) => ({ id, label, content: {}, success, ...more });

/** A placement that goes by numbers of any size, with an offer that is called as every object's maker is. */
const odd = {
  id: 'odd',
  label,
  fallback: 'none',
  context: ['traits.income', 'traits.age'],
  offers: [offer('constructor'), offer('other'), offer('none', { purpose: 'transactional' })],
};

test('context of any size, and an offer of any name, are learnt from', async () => {
  const world = await aWorld();
  await world.placements('PUT /v1/placements/{id}', { params: { id: 'odd' }, body: () => odd });
  const at = world.now();
  for (let n = 0; n < 12; n++) {
    const traits = { income: { value: n % 2 ? 1e308 : 60_000_000 + n / 3, at }, age: { value: -1e-300, at } };
    await world.know({ workspace: 'acme', customer: `u:c${n}` }, { traits });
    await world.post({ customerId: `c${n}`, placement: 'odd', decisionId: `d${n}` });
    expect(await world.learn(told('OutcomeObserved', `d${n}`, `u:c${n}`))).toBe('counted');
  }
  world.advance(minuteMs);
  const { none = {} } = await world.stats('acme', 'odd');
  expect(none.constructor).toEqual(none.other && { exposed: 12 - none.other.exposed, won: 12 - none.other.won });
  const { model } = (await world.linear('acme', Placement.parse(odd)))!;
  for (const { mean, deviation } of beliefsIn(model, [60_000_000, 0])) {
    expect(mean).toBeGreaterThan(0.5);
    expect(deviation).toBeGreaterThan(0);
  }
});

test('an offer that wins is chosen more often', async () => {
  const world = await aWorld();
  await world.know(mina, { purchases: { n: 0, revenue: 0 } });
  const ask = (n: number) => ({ workspace: 'acme', customer: `u:c${n}` });
  const offers: string[] = [];
  for (let n = 0; n < 60; n++) {
    await world.know(ask(n));
    const { offer, decisionId } = await world.post<{ offer: { id: string }; decisionId: string }>({
      customerId: `c${n}`,
      placement,
    });
    offers.push(offer.id);
    await world.learn(told('DecisionExposed', decisionId, `u:c${n}`));
    if (offer.id === 'picked-for-you') await world.learn(told('OutcomeObserved', decisionId, `u:c${n}`));
    world.advance(minuteMs);
  }
  const picked = (some: string[]) => some.filter((id) => id === 'picked-for-you').length;
  expect(picked(offers.slice(30))).toBeGreaterThan(22);
});
