import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Json, type JsonObject } from '#lib/shared/json.ts';
import { type AcceptedMessage, type MessageContext, parseMessage } from '#lib/ingestion/message/parse-message.ts';
import { Touchpoint, TouchpointType } from '#lib/model/touchpoint.ts';
import { type RejectionCode } from '#lib/ingestion/message/verdict.ts';

const receivedAt = Date.parse('2026-11-22T12:00:00.000Z');
const timestamp = '2026-11-22T11:59:50.000Z';

/** A track message that is fine, with these fields instead. */
const track = (fields: JsonObject = {}): JsonObject => ({
  ...{ type: 'track', userId: 'ada', event: 'Signed Up', messageId: 'm-1', timestamp },
  ...fields,
});

const read = (message: Json, arrival: Partial<MessageContext> = {}) =>
  parseMessage(message, { index: 0, receivedAt, ...arrival });

function accepted(message: Json, arrival?: Partial<MessageContext>): AcceptedMessage {
  const outcome = read(message, arrival);
  if ('fault' in outcome) throw new Error(outcome.fault);
  return outcome;
}

const draftOf = (message: Json, arrival?: Partial<MessageContext>) => accepted(message, arrival).draft;

test('a touchpoint keeps what its source said', () => {
  const message = track({
    anonymousId: 'v-1',
    properties: { plan: 'pro' },
    context: { channel: 'web', ip: '1.1.1.1' },
  });
  expect(accepted({ ...message, integrations: { All: true }, _metadata: { retryCount: 3 } })).toEqual({
    index: 0,
    draft: {
      messageId: 'm-1',
      at: timestamp,
      type: 'track',
      name: 'Signed Up',
      channel: 'web',
      userId: 'ada',
      anonymousId: 'v-1',
      properties: { plan: 'pro' },
      context: { channel: 'web', ip: '1.1.1.1' },
    },
  });
});

test.each<[string, JsonObject, JsonObject]>([
  ['identify', { traits: { plan: 'pro' } }, { name: 'Identified', properties: { plan: 'pro' } }],
  ['page', { name: 'Home', category: 'Shop' }, { name: 'Page Viewed', properties: { name: 'Home', category: 'Shop' } }],
  ['screen', { name: 'Cart', properties: { n: 1 } }, { name: 'Screen Viewed', properties: { name: 'Cart', n: 1 } }],
  ['group', { groupId: 7, traits: {} }, { name: 'Joined Group', groupId: '7' }],
  ['alias', { previousId: 'v-1' }, { name: 'Aliased', previousId: 'v-1' }],
])('%s', (type, fields, made) => {
  expect(draftOf({ type, userId: 'ada', messageId: 'm-1', timestamp, ...fields })).toMatchObject({ type, ...made });
});

test('the legacy form of alias is understood', () => {
  expect(draftOf({ action: 'alias', from: 'v-1', to: 'ada' })).toMatchObject({ userId: 'ada', previousId: 'v-1' });
});

test('the route names the type, whatever the message says', () => {
  expect(draftOf(track({ type: 'page' }), { type: 'track' }).type).toBe('track');
});

test('ids that are numbers become text, empty ones are missing', () => {
  expect(draftOf(track({ userId: 42, anonymousId: '' }))).toMatchObject({ userId: '42' });
  expect(draftOf(track({ userId: '', anonymousId: 'v-1' }))).not.toHaveProperty('userId');
});

const original = '2026-11-22T11:00:00.000Z';
const received = '2026-11-22T11:00:05.000Z';

test.each<[string, string, JsonObject]>([
  ['the time the caller names, beside the moment of the call', timestamp, { originalTimestamp: original }],
  ['the moment of the call, alone', original, { timestamp: null, originalTimestamp: original }],
  ['the moment of the call, beside an empty time', original, { timestamp: '', originalTimestamp: original }],
  ['the original time of a forwarded event', original, { originalTimestamp: original, receivedAt: received }],
  ['the only time of a forwarded event', timestamp, { receivedAt: received }],
  ['a receipt that is no time', timestamp, { originalTimestamp: original, receivedAt: 'soon' }],
])('stored is %s', (_which, at, fields) => {
  expect(draftOf(track(fields)).at).toBe(at);
});

test.each([
  ['forwarded at once', receivedAt],
  ['replayed a month later', receivedAt + 30 * 86_400_000],
])('the clock of a source is judged where its event came first: %s', (_when, arrival) => {
  const fields = { originalTimestamp: original, sentAt: original, timestamp: '2026-11-22T10:50:00.000Z' };
  const right = track({ ...fields, receivedAt: received });
  const fast = track({ ...fields, receivedAt: '2026-11-22T10:50:00.000Z' });
  expect(accepted(right, { receivedAt: arrival }).skew).toBeUndefined();
  expect(accepted(fast, { receivedAt: arrival })).toMatchObject({ draft: { at: original }, skew: -600 });
});

test.each<[RejectionCode, Json]>([
  ['not-an-object', 'track'],
  ['not-an-object', null],
  ['not-an-object', [track()]],
  ['unknown-type', track({ type: 'trace' })],
  ['unknown-type', track({ type: 'constructor' })],
  ['unknown-type', track({ type: ['track'] })],
  ['no-identifier', track({ userId: null })],
  ['no-identifier', track({ userId: '', anonymousId: '' })],
  ['no-event', track({ event: '' })],
  ['no-event', track({ event: { name: 'x' } })],
  ['no-group-id', track({ type: 'group' })],
  ['no-previous-id', track({ type: 'alias' })],
  ['invalid-id', track({ userId: { $ne: 1 } })],
  ['invalid-id', track({ userId: true })],
  ['invalid-id', track({ userId: 'a\0b' })],
  ['invalid-id', track({ anonymousId: '\ud800' })],
  ['invalid-id', track({ messageId: ['m-1'] })],
  ['id-too-long', track({ userId: 'x'.repeat(961) })],
  ['id-too-long', track({ userId: '한'.repeat(321) })],
  ['id-too-long', track({ anonymousId: 'x'.repeat(961) })],
  ['id-too-long', track({ type: 'alias', previousId: 'x'.repeat(961) })],
  ['id-too-long', track({ type: 'group', groupId: 'x'.repeat(961) })],
  ['message-id-too-long', track({ messageId: 'x'.repeat(256) })],
  ['invalid-timestamp', track({ timestamp: 'yesterday' })],
  ['invalid-timestamp', track({ timestamp: '2026-02-30T11:00:00.000Z' })],
  ['timestamp-in-future', track({ timestamp: '2026-11-24T12:00:00.000Z' })],
  ['invalid-properties', track({ properties: 'plan=pro' })],
  ['too-large', track({ properties: { text: 'x'.repeat(33_000) } })],
  ['number-out-of-range', track(JSON.parse('{"properties":{"n":1e400}}') as JsonObject)],
])('%s: %j', (fault, message) => {
  expect(read(message)).toEqual({ fault });
});

test('limits are the last value that passes', () => {
  expect(read(track({ userId: 'x'.repeat(960), messageId: 'x'.repeat(255) }))).toHaveProperty('draft');
});

test('a message of a wrong clock is kept with its own time and the difference beside it', () => {
  const message = track({ timestamp: '2026-11-26T11:59:50.000Z', sentAt: '2026-11-26T12:00:00.000Z' });
  expect(accepted(message)).toMatchObject({ draft: { at: '2026-11-26T11:59:50.000Z' }, skew: -4 * 86_400 });
});

test.each(['9999-12-31T23:59:59.999Z', '2026-12-22T12:00:00.000Z', 253_402_300_799_000])(
  'a message sent at %j keeps its own time, with a warning and no correction',
  (sentAt) => {
    const { draft, ...rest } = accepted(track({ sentAt }));
    expect(draft.at).toBe(timestamp);
    expect(rest).toEqual({ index: 0, warning: 'clock-implausible' });
  },
);

test('a time far ahead is refused where the clock that would explain it is implausible', () => {
  const message = track({ timestamp: '2055-11-22T12:00:00.000Z', sentAt: '2055-11-22T12:00:00.000Z' });
  expect(read(message)).toEqual({ fault: 'timestamp-in-future' });
});

test('the batch lends its messages what they lack', () => {
  const batch = { context: { app: 'shop', locale: 'ko' }, sentAt: '2026-11-22T13:00:00.000Z' };
  expect(accepted(track({ context: { locale: 'en' } }), { batch })).toMatchObject({
    draft: { context: { app: 'shop', locale: 'en' } },
    skew: -3_600,
  });
});

test('what the batch lends counts as part of the message', () => {
  const batch = { context: { text: 'x'.repeat(33_000) } };
  expect(read(track(), { batch })).toEqual({ fault: 'too-large' });
});

test('an id without a time waits for the time it was first received', () => {
  expect(draftOf(track({ timestamp: null, sentAt: '2026-11-22T11:00:00.000Z' }))).not.toHaveProperty('at');
});

test('without an id the same line in the same place is the same touchpoint, in another place another', () => {
  const line = track({ messageId: null });
  const idOf = (message: JsonObject, index: number): string => draftOf(message, { index }).messageId;
  expect(idOf(line, 0)).toBe(idOf({ ...line, sentAt: '2026-11-22T11:59:59.000Z' }, 0));
  expect(idOf(line, 0)).not.toBe(idOf(line, 1));
  expect(idOf(line, 0)).not.toBe(idOf(track({ messageId: null, event: 'Signed In' }), 0));
});

test('without an id and a time every message is a touchpoint of its own, received now', () => {
  const line = track({ messageId: null, timestamp: null });
  expect(draftOf(line).messageId).not.toBe(draftOf(line).messageId);
  expect(draftOf(line).at).toBe('2026-11-22T12:00:00.000Z');
});

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((id) => !id.includes('\0'));
const anyMessage = fc.record(
  {
    type: fc.constantFrom(...TouchpointType.options),
    messageId: fc.option(text),
    userId: fc.oneof(text, fc.integer()),
    anonymousId: text,
    groupId: text,
    previousId: text,
    event: text,
    timestamp: fc
      .date({ min: new Date(0), max: new Date(receivedAt), noInvalidDate: true })
      .map((at) => at.toISOString()),
    properties: fc.dictionary(fc.string(), fc.jsonValue()),
    traits: fc.dictionary(fc.string(), fc.jsonValue()),
    context: fc.dictionary(fc.string(), fc.jsonValue()),
  },
  { requiredKeys: ['type', 'userId', 'groupId', 'previousId', 'event', 'timestamp'] },
);

test('what is accepted is a touchpoint by its schema, and keeps every property', () => {
  fc.assert(
    fc.property(anyMessage, (message) => {
      // As a source sends it: JSON has no -0.
      const sent = JSON.parse(JSON.stringify(message)) as JsonObject;
      const outcome = read(sent);
      if ('fault' in outcome) return; // too deep, at times
      expect(Touchpoint.safeParse(outcome.draft).error).toBeUndefined();
      const payload = message.type === 'identify' || message.type === 'group' ? sent.traits : sent.properties;
      expect(outcome.draft.properties).toMatchObject((payload ?? {}) as object);
    }),
  );
});
