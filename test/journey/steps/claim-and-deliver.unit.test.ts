import { expect, test } from 'vitest';
import {
  type EarlierSend,
  type SendClaim,
  type SendOutcome,
  type SendStore,
} from '#lib/journey/messaging/send-ledger.ts';
import { claimAndDeliver } from '#lib/journey/steps/send/claim-and-deliver.ts';
import { conflict } from '#lib/shared/retry.ts';
import { addMs } from '#lib/shared/time.ts';
import { anOutgoing, mina, start } from '../journey-examples.ts';

const claim: SendClaim = {
  entry: {
    ...{ owner: mina, sendId: 'send-1', enrolmentId: 'e1', journeyId: 'welcome', stepId: 'Hello' },
    ...{ channel: 'email', purpose: 'marketing' },
  },
  at: start,
  to: 'mina@example.com',
  message: { body: 'Hello' },
  customer: mina,
};

/** Claims with the given answer. Returns the result, the calls of the provider and what was settled. */
async function claimed(answer: 'claimed' | 'changed' | EarlierSend, { hasProvider = true } = {}) {
  const settled: { at: string; outcome: SendOutcome }[] = [];
  let calls = 0;
  const sends: SendStore = {
    readContacts: async () => ({ recent: [], rev: 0 }),
    claim: async () => answer,
    settle: async ({ at }, outcome) => void settled.push({ at, outcome }),
    skip: async () => ({ status: 'skipped' }),
  };
  const email = async (): Promise<SendOutcome> => (calls++, { status: 'sent', provider: 'outbox' });
  const result = await claimAndDeliver({ sends, deliver: hasProvider ? { email } : {} }, claim, anOutgoing());
  return { result, calls, settled };
}

const sent: SendOutcome = { status: 'sent', provider: 'outbox' };
const earlierAt = addMs(start, -1_000);
const interrupted: SendOutcome = { status: 'unknown', reason: 'interrupted' };
const unconfigured: SendOutcome = { status: 'failed', reason: 'channel-not-configured' };

test.each<[string, Parameters<typeof claimed>, Awaited<ReturnType<typeof claimed>>]>([
  ['a new claim', ['claimed'], { result: sent, calls: 1, settled: [{ at: start, outcome: sent }] }],
  ['a stale decision', ['changed'], { result: conflict, calls: 0, settled: [] }],
  [
    'the claim of an attempt that crashed',
    [{ status: 'claimed', at: earlierAt }],
    { result: interrupted, calls: 0, settled: [{ at: earlierAt, outcome: interrupted }] },
  ],
  ['the end of an earlier attempt', [sent], { result: sent, calls: 0, settled: [] }],
  [
    'a claim of a channel without a provider',
    ['claimed', { hasProvider: false }],
    { result: unconfigured, calls: 0, settled: [{ at: start, outcome: unconfigured }] },
  ],
])('%s', async (_, given, expected) => {
  expect(await claimed(...given)).toEqual(expected);
});
