import { expect, test } from 'vitest';
import { type JsonObject } from '#lib/shared/json.ts';
import { channelOf } from '#lib/ingestion/message/channel.ts';

const library = (name: string): JsonObject => ({ library: { name } });

test.each<[string, JsonObject, JsonObject]>([
  ['store', { channel: 'store' }, library('analytics.js')],
  ['call-center', {}, { channel: ' call-center ', ...library('@segment/analytics-node') }],
  ['web', { channel: 'browser' }, {}],
  ['web', {}, library('analytics.js')],
  ['web', {}, library('RudderLabs JavaScript SDK')],
  ['mobile', {}, library('analytics-kotlin')],
  ['mobile', {}, library('@segment/analytics-react-native')],
  ['server', {}, library('@segment/analytics-node')],
  ['server', {}, library('analytics-java')],
  ['mobile', {}, { device: { type: 'ios' } }],
  ['web', {}, { page: { path: '/' }, campaign: { medium: 'email' } }],
  ['email', {}, { campaign: { medium: 'email' } }],
  ['unknown', { channel: 7 }, { library: 'x', campaign: [] }],
])('%s', (channel, message, context) => {
  expect(channelOf(message, context)).toBe(channel);
});

test('a channel is a word, not an essay', () => {
  expect(channelOf({ channel: 'x'.repeat(1_000) }, {})).toHaveLength(64);
});
