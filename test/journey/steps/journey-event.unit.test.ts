import { expect, test } from 'vitest';
import { StepCall } from '#lib/journey/execution/step-call.ts';
import { publishingStepOf, toJourneyEvent } from '#lib/journey/steps/publish-event/journey-event.ts';
import { aCall, anInput, aProfile, aSend, start } from '../journey-examples.ts';

const emit = { kind: 'emitEvent', event: 'Lead Qualified', properties: { name: '{{traits.firstName}}' }, next: 'Done' };
const begin = { kind: 'startJourney', journey: 'handover', properties: { from: '{{customer.id}}' }, next: 'Done' };

function eventAt(step: unknown, { depth, occurrence = 0 }: { depth?: number; occurrence?: number } = {}) {
  const trigger = { id: 't', name: 'Signed Up', properties: {}, ...(depth !== undefined && { depth }) };
  const call = StepCall.parse(aCall(step, { occurrence, enrolment: anInput({ trigger }) }));
  return toJourneyEvent(call, publishingStepOf(call), aProfile());
}

test('a step of its own publishes its event, with the places of its properties filled', () => {
  expect(eventAt(emit)).toMatchObject({
    name: 'JourneyEventEmitted',
    detail: { journeyId: 'welcome', event: 'Lead Qualified', properties: { name: 'Mina' }, occurredAt: start },
  });
});

test('a started journey gets the properties as its cause', () => {
  const { name, detail } = eventAt(begin);
  expect({ name, detail }).toMatchObject({
    name: 'EntryTriggered',
    detail: { journeyId: 'handover', depth: 1, cause: { messageId: detail.id, properties: { from: 'mina' } } },
  });
});

test('the id depends on the visit', () => {
  expect(eventAt(emit).detail.id).toBe(eventAt(emit).detail.id);
  expect(eventAt(emit, { occurrence: 1 }).detail.id).not.toBe(eventAt(emit).detail.id);
});

test.each([
  [undefined, 1],
  [0, 1],
  [9, 10],
])('a journey at depth %s starts one at depth %i', (depth, next) => {
  expect(eventAt(begin, depth === undefined ? {} : { depth }).detail).toMatchObject({ depth: next });
});

test('the eleventh journey in a row is refused', () => {
  expect(() => eventAt(begin, { depth: 10 })).toThrow(expect.objectContaining({ code: 'journey.too-deep' }));
  expect(() => eventAt(emit, { depth: 10 })).not.toThrow();
});

test('a step that publishes nothing is refused', () => {
  expect(() => publishingStepOf(StepCall.parse(aCall(aSend())))).toThrow(
    expect.objectContaining({ code: 'journey.wrong-step' }),
  );
});
