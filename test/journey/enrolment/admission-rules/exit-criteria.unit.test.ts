import { expect, test } from 'vitest';
import { checkExitCriteria } from '#lib/journey/enrolment/admission-rules/exit-criteria.ts';
import { deployedJourneys } from '#lib/journey/publishing/deployed-journeys.ts';
import { anAdmissionInput } from '../admission-input-example.ts';

const since = (...names: string[]) => names.map((name) => ({ name, channel: 'web', properties: {} }));
const exit = { event: ['Order Completed', 'Subscribed'] };

const rows: [string, object, string[], object | undefined][] = [
  ['no criteria', { exit: undefined }, ['Order Completed'], undefined],
  ['no touchpoint', { exit }, [], undefined],
  ['others', { exit }, ['Cart Abandoned'], undefined],
  ['one that meets them', { exit }, ['Cart Abandoned', 'Subscribed'], { touchpoint: 'Subscribed' }],
];

test.each(rows)('exit criteria and touchpoints since the trigger: %s', (...[, journey, names, because]) => {
  const rejection = checkExitCriteria(anAdmissionInput(journey, { since: since(...names) }));
  expect(rejection).toEqual(because && { reason: 'exit-met', because });
});

test('an abandoned cart is no return, a purchase is', () => {
  const definition = deployedJourneys.find(({ id }) => id === 'retention')!;
  const check = (...names: string[]) => checkExitCriteria(anAdmissionInput({}, { definition, since: since(...names) }));
  expect(check('Cart Abandoned')).toBeUndefined();
  expect(check('Cart Abandoned', 'Order Completed')?.reason).toBe('exit-met');
});
