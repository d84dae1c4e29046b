import fc from 'fast-check';

/** What customers do. */
export const events = ['Signed Up', 'Ordered', 'Clicked', 'Viewed', 'Email Unsubscribed', 'Email Subscribed'];
export const plans = ['free', 'pro', 'staff'];
export const orders = ['o1', 'o2'];

export const event = fc.constantFrom('Ordered', 'Clicked', 'Viewed').map((name) => ({ event: name }));
export const duration = fc.constantFrom('30m', '6h', '1d', '3d');
const plan = fc.constantFrom(...plans);

/** One in five has it. */
export const rarely = <T>(value: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });

const kind = <Kind extends string>(name: Kind) => fc.constant(name);

/** The placement of the workspace: what it offers is for those on a plan that is paid, but who want no marketing get what everybody gets. */
export const placement = {
  id: 'next',
  label: { en: 'Next', ko: '다음' },
  fallback: 'thanks',
  offers: [
    { id: 'more', content: { title: 'More' }, eligible: { trait: 'plan', is: 'pro' }, success: { event: 'Ordered' } },
    { id: 'thanks', content: { title: 'Thanks' }, purpose: 'transactional', success: { event: 'Ordered' } },
  ].map((offer) => ({ ...offer, label: { en: offer.id, ko: offer.id } })),
};

const salt = fc.constantFrom('one', 'two', 'three');
const weight = fc.constantFrom(1, 3);

/** Steps that draw lots. */
const lots = (next: fc.Arbitrary<string>) =>
  fc.oneof(
    fc.record({
      kind: kind('randomSplit'),
      salt,
      paths: fc.array(fc.record({ weight, next }), { minLength: 2, maxLength: 3 }),
    }),
    fc.record({
      kind: kind('experiment'),
      salt,
      variants: fc.tuple(...['a', 'b'].map((id) => fc.record({ id: fc.constant(id), weight, next }))),
      holdout: rarely(fc.record({ weight, next })),
      goal: event,
      window: fc.constant('30d'),
    }),
  );

/** Steps that ask others, or call them. */
const calls = (next: fc.Arbitrary<string>) =>
  fc.oneof(
    {
      weight: 2,
      arbitrary: fc.record({
        kind: kind('webhook'),
        url: fc.constant('https://example.com/hook'),
        as: fc.constant('hook'),
        retry: fc.record({ attempts: fc.nat({ max: 2 }), interval: fc.constant('20m') }),
        onError: fc.option(next, { nil: undefined, freq: 3 }),
        next,
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: kind('decide'), placement: fc.constant(placement.id), next }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: kind('startJourney'),
        journey: fc.constant('other'),
        next,
      }),
    },
  );

/** A step that leads to any of `later` or, by `goTo`, back to any of `earlier`. */
export function aStep(earlier: string[], later: string[]): fc.Arbitrary<object> {
  const next = fc.constantFrom(...later);
  const send = fc.record({
    kind: kind('send'),
    channel: fc.constant('email'),
    purpose: fc.constantFrom('marketing', 'transactional'),
    template: fc.constant({ subject: 'Hello', body: 'Hello' }),
    late: fc.constantFrom('send', 'skip', 'shift'),
    next,
  });
  const wait = fc.record({ kind: kind('wait'), for: duration, next });
  return fc.oneof(
    { weight: 4, arbitrary: send },
    { weight: 3, arbitrary: wait },
    { weight: 1, arbitrary: fc.record({ kind: kind('wait'), until: fc.constant('2026-03-06T12:00:00.000Z'), next }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: kind('waitForEvent'),
        on: event,
        next,
        or: rarely(fc.array(fc.record({ on: event, next }), { minLength: 1, maxLength: 2 })),
        timeout: duration,
        onTimeout: next,
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: kind('humanTask'),
        queue: fc.constant('care'),
        title: fc.constant('Call'),
        timeout: duration,
        answers: fc.record({ yes: next, no: next }),
        onTimeout: next,
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: kind('branch'),
        cases: fc.array(fc.record({ when: plan.map((is) => ({ trait: 'plan', is })), next }), {
          minLength: 1,
          maxLength: 2,
        }),
        otherwise: next,
      }),
    },
    { weight: 2, arbitrary: lots(next) },
    { weight: 4, arbitrary: calls(next) },
    { weight: 1, arbitrary: fc.record({ kind: kind('updateProfile'), traits: fc.record({ plan }), next }) },
    { weight: 1, arbitrary: fc.record({ kind: kind('emitEvent'), event: fc.constantFrom('Seen', 'Lost'), next }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: kind('goTo'),
        to: fc.constantFrom(...(earlier.length > 0 ? earlier : later)),
        limit: fc.integer({ min: 1, max: 2 }),
        next,
      }),
    },
  );
}
