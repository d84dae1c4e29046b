import { PinpointSMSVoiceV2Client, SendTextMessageCommand } from '@aws-sdk/client-pinpoint-sms-voice-v2';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { smsChannel, type TextOrigin } from '#lib/journey/messaging/channels/sms.ts';
import { type OutgoingMessage } from '#lib/journey/messaging/deliver.ts';
import { anOutgoing } from '../../journey-examples.ts';

const client = mockClient(PinpointSMSVoiceV2Client);
beforeEach(() => client.reset());
afterAll(() => client.restore());

const origin = 'arn:aws:sms-voice:us-east-1:000000000000:pool/p';

/** What the service is asked for. */
async function asked(from: TextOrigin, more: Partial<OutgoingMessage> = {}) {
  client.on(SendTextMessageCommand).resolves({ MessageId: 'sms-1' });
  await smsChannel(from, new PinpointSMSVoiceV2Client({}))(anOutgoing({ channel: 'sms', to: '+8210123456', ...more }));
  return client.commandCalls(SendTextMessageCommand)[0]?.args[0].input;
}

test('a text says whether it is an advertisement', async () => {
  expect(await asked({ origin })).toMatchObject({ OriginationIdentity: origin, MessageType: 'PROMOTIONAL' });
  client.reset();
  expect(await asked({ origin }, { purpose: 'transactional' })).toMatchObject({ MessageType: 'TRANSACTIONAL' });
});

test('a text names the configuration set if there is one', async () => {
  expect(await asked({ origin, configurationSet: 'fates' })).toMatchObject({ ConfigurationSetName: 'fates' });
  client.reset();
  expect((await asked({ origin }))?.ConfigurationSetName).toBeUndefined();
});

test('a text longer than a call takes is cut', async () => {
  const input = await asked({ origin }, { message: { body: 'x'.repeat(5_000) } });
  expect(input?.MessageBody).toHaveLength(1_600);
});
