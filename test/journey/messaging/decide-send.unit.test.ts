import { expect, test } from 'vitest';
import { SendChannel, Workspace } from '#lib/model/workspace.ts';
import { ContactHours } from '#lib/journey/definition/contact-hours.ts';
import { type Contact, decideSend } from '#lib/journey/messaging/decide-send.ts';
import { type Profile } from '#lib/model/profile.ts';
import { aProfile, dated, start } from '../journey-examples.ts';

const acme = (rules: Partial<Workspace> = {}) => Workspace.parse({ id: 'acme', name: 'Acme', ...rules });

interface Given {
  step?: object;
  profile?: Partial<Profile>;
  rules?: Partial<Workspace>;
  contacts?: Contact[];
  hours?: Partial<ContactHours>;
  heldSince?: string;
  now?: string;
}

function decided({ step, profile, rules, contacts = [], hours, heldSince, now = start }: Given) {
  return decideSend({
    step: { channel: 'email', purpose: 'marketing', late: 'send', ...step },
    enrolmentId: 'e1',
    profile: aProfile(profile),
    workspace: acme(rules),
    channels: new Set(SendChannel.options.filter((channel) => channel !== 'slack')),
    contacts,
    hours: hours && ContactHours.parse(hours),
    heldSince,
    now,
  });
}

const skipped = (reason: string) => ({ action: 'skip', reason });
const sent = { action: 'send', to: 'mina@example.com' };
const said = (name: string, value: boolean) => ({ consent: { [name]: { value, at: start } } });
const contact = (at: string, more: Partial<Contact> = {}): Contact => ({
  at,
  channel: 'email',
  purpose: 'marketing',
  ...more,
});
const twoADay = { caps: [{ max: 2, within: '24h' }] };
const night = { quietHours: { from: '22:00', to: '08:00' } };
const transactional = { purpose: 'transactional' };

const cases: [string, Given, unknown][] = [
  ['who has an address and said nothing gets it', {}, sent],
  ['who left gets nothing, not even a receipt', { profile: { journeys: {} }, step: transactional }, skipped('left')],
  ['no address, no message', { profile: { traits: {} } }, skipped('no-address')],
  ['what is no address is none', { profile: { traits: dated({ email: 'a@b, c@d' }) } }, skipped('no-address')],
  ['a channel without a provider', { step: { channel: 'slack' } }, skipped('channel-not-configured')],
  [
    'a webhook goes to its URL',
    { step: { channel: 'webhook', url: 'https://a.example' } },
    { action: 'send', to: 'https://a.example' },
  ],
  ['who unsubscribed gets no marketing', { profile: said('email', false) }, skipped('no-consent')],
  ['who refused the purpose gets none either', { profile: said('Marketing', false) }, skipped('no-consent')],
  ['but what they asked for arrives', { profile: said('email', false), step: transactional }, sent],
  ['refusing another channel is no refusal', { profile: said('sms', false) }, sent],
  ['with opt-in, silence is no consent', { rules: { marketingConsent: 'opt-in' } }, skipped('no-consent')],
  ['with opt-in, yes is', { rules: { marketingConsent: 'opt-in' }, profile: said('email', true) }, sent],
  [
    'at night marketing waits for the customer’s morning',
    {
      rules: night,
      profile: { traits: dated({ email: 'a@b.c', timezone: 'Asia/Seoul' }) },
      now: '2026-03-02T14:00:00.000Z',
    },
    { action: 'defer', until: '2026-03-02T23:00:00.000Z' },
  ],
  ['a receipt does not wait', { rules: night, now: '2026-03-02T23:00:00.000Z', step: transactional }, sent],
  [
    'a cap that is reached',
    { rules: twoADay, contacts: [contact('2026-03-02T08:00:00.000Z'), contact('2026-03-01T20:00:00.000Z')] },
    skipped('frequency-cap'),
  ],
  [
    'a window that has rolled on',
    { rules: twoADay, contacts: [contact('2026-03-02T08:00:00.000Z'), contact('2026-03-01T10:00:00.000Z')] },
    sent,
  ],
  [
    'a cap of another channel',
    { rules: { caps: [{ max: 1, within: '1d', channel: 'sms' }] }, contacts: [contact('2026-03-02T08:00:00.000Z')] },
    sent,
  ],
  [
    'a cap of a purpose counts that purpose only',
    {
      rules: { caps: [{ max: 1, within: '1d', purpose: 'marketing' }] },
      contacts: [contact('2026-03-02T08:00:00.000Z', { purpose: 'transactional' })],
    },
    sent,
  ],
  [
    'caps hold no receipt back',
    {
      rules: { caps: [{ max: 1, within: '1d' }] },
      contacts: [contact('2026-03-02T08:00:00.000Z')],
      step: transactional,
    },
    sent,
  ],
  [
    'a journey’s own quiet hours stand for the workspace’s',
    { rules: night, hours: { quiet: { from: '09:00', to: '11:00' } } },
    { action: 'defer', until: '2026-03-02T11:00:00.000Z' },
  ],
  [
    'a closed day is waited out until the next one opens',
    {
      hours: { open: { mon: { from: '09:00', to: '17:00' }, tue: { from: '09:30', to: '17:00' } }, closed: ['03-02'] },
    },
    { action: 'defer', until: '2026-03-03T09:30:00.000Z' },
  ],
  [
    'days that are closed are waited out but for the last, and it is decided anew',
    { hours: { closed: ['03-02', '03-03', '03-04'] } },
    { action: 'defer', until: '2026-03-04T00:00:00.000Z' },
  ],
  [
    'marketing that was shifted waits at least for that time',
    { hours: { closed: ['03-03'] }, heldSince: '2026-03-01T09:30:00.000Z', step: { late: 'shift' } },
    { action: 'defer', until: '2026-03-04T00:00:00.000Z' },
  ],
  ['who never has an open hour', { hours: { open: {} } }, skipped('never-open')],
  [
    'who lives nobody knows where, if the journey says so',
    { hours: { quiet: { from: '22:00', to: '08:00' }, missingZone: 'skip' } },
    skipped('unknown-zone'),
  ],
  ['a message held by a pause goes out late', { heldSince: '2026-03-02T07:00:00.000Z' }, sent],
  ['or not at all', { heldSince: '2026-03-02T07:00:00.000Z', step: { late: 'skip' } }, skipped('late')],
  [
    'or when its time of day comes again where the customer lives',
    {
      profile: { traits: dated({ email: 'a@b.c', timezone: 'Asia/Seoul' }) },
      heldSince: '2026-03-01T03:15:00.000Z',
      step: { late: 'shift' },
    },
    { action: 'defer', until: '2026-03-03T03:15:00.000Z' },
  ],
  [
    'a receipt that was shifted keeps no quiet hours',
    { rules: night, heldSince: '2026-03-01T23:30:00.000Z', step: { late: 'shift', purpose: 'transactional' } },
    { action: 'defer', until: '2026-03-02T23:30:00.000Z' },
  ],
  [
    'marketing that was shifted into the night waits for its end',
    { rules: night, heldSince: '2026-03-01T23:30:00.000Z', step: { late: 'shift' } },
    { action: 'defer', until: '2026-03-03T08:00:00.000Z' },
  ],
];

const endpoint = 'arn:aws:sns:us-east-1:000000000000:endpoint/GCM/shop/1f2e-aa';

/** Channel, traits, and where it finds the customer with them. */
const reached: [string, Record<string, string>, string | undefined][] = [
  ['sms', { phone: '+82 (10) 1234-5678' }, '+821012345678'],
  ['sms', { phone: '010-1234-5678' }, undefined],
  ['whatsapp', { phone: '+821012345678' }, '+821012345678'],
  ['whatsapp', { phone: '+821012345678', whatsapp: '+491701234567' }, '+491701234567'],
  ['push', { pushEndpoint: endpoint }, endpoint],
  ['push', { pushEndpoint: 'arn:aws:sns:us-east-1:000000000000:topic' }, undefined],
  ['in-app', {}, 'u:mina'],
];

test.each(reached)('%s finds %o at %s', (channel, traits, to) => {
  const expected = to === undefined ? skipped('no-address') : { action: 'send', to };
  expect(decided({ step: { channel }, profile: { traits: dated(traits) } })).toEqual(expected);
});

test.each(cases)('%s', (_, given, expected) => {
  expect(decided(given)).toEqual(expected);
});
