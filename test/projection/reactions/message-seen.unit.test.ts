import { expect, test } from 'vitest';
import { messageSeen } from '#lib/projection/reactions/message-seen.ts';
import { minutes } from '../../profile/profile-examples.ts';
import { reactTo } from './reaction-examples.ts';

const messageId = 'a'.repeat(32);

test('a message that a touchpoint names was seen', () => {
  const { after } = reactTo(messageSeen, { minute: 3, name: 'Message Seen', properties: { messageId } });
  expect(after.signals).toEqual([{ type: 'seen', messageId, at: minutes(3) }]);
});

test.each([
  ['another name', { name: 'Page Viewed', properties: { messageId } }],
  ['no id', { name: 'Message Seen', properties: {} }],
  ['an id that is not ours', { name: 'Message Seen', properties: { messageId: `${messageId}0` } }],
  ['an id that is no text', { name: 'Message Seen', properties: { messageId: 7 } }],
])('a touchpoint with %s changes nothing', (_, sketch) => {
  const { before, after } = reactTo(messageSeen, { minute: 3, ...sketch });
  expect(after).toBe(before);
});
