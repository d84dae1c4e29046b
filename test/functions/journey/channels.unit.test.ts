import { expect, test } from 'vitest';
import { composeChannels } from '#functions/journey/send-message/channels.ts';
import { workspaceStore } from '#lib/ingestion/workspace/workspace-store.ts';
import { memoryTable } from '../../support/memory-table.ts';

const all = { EMAIL_FROM: 'a@example.com', SMS_ORIGIN: 'arn', PUSH: 'sns', WHATSAPP_NUMBER_ID: 'n1' };

test('a channel is there where its provider was set up; those that need none always are', () => {
  const table = memoryTable();
  const channelsOf = (set: object) =>
    Object.keys(composeChannels({ table, workspaces: workspaceStore(table) }, { TABLE_NAME: 'T', ...set })).sort();
  expect(channelsOf({})).toEqual(['in-app', 'slack', 'webhook']);
  expect(channelsOf(all)).toEqual(['email', 'in-app', 'push', 'slack', 'sms', 'webhook', 'whatsapp']);
});
