import { keys } from '#lib/model/keys/table-keys.ts';
import { type AccessPattern } from './workspace-patterns.ts';

const customer = { workspace: '<ws>', customer: '<customer>' };

/** Keys of a customer's items. */
export const customerPatterns = {
  profile: {
    key: keys.profile(customer),
    holds:
      'the profile, or a pointer to the customer this identity belongs to; lists it by stage, due by its next review',
    written: 'project: one write per customer and stream batch; enrol, wait, churn, decide',
    read: 'everything about one customer: one read',
  },
  link: {
    key: keys.link(customer, '<identity>'),
    holds: 'an identity linked to this customer',
    written: 'project, with the pointer and the merged profile',
    read: 'erasure and support',
  },
  touchpoint: {
    key: keys.touchpoint(customer, '<at>', '<messageId>'),
    holds: 'a touchpoint, as its source sent it',
    written: 'collect: one unconditional write',
    read: 'timeline; wait, from when its step was entered',
  },
  clockSkew: {
    key: keys.clockSkew(customer, '<at>', '<messageId>'),
    holds: 'seconds by which the clock of a touchpoint’s source was wrong',
    written: 'collect, only if it is wrong by more than 30 s',
    read: 'timeline; project, if a touchpoint is older or newer than that',
  },
  barrier: {
    key: keys.barrier(customer),
    holds: 'an id that project stores in the profile, so that earlier writes are known to be folded',
    written: 'npm run rebuild',
    read: 'project, off the stream',
  },
  firstSeen: {
    key: keys.firstSeen(customer, '<messageId>'),
    holds: 'when a message without its own time was first received',
    written: 'collect, if not there yet',
    read: 'collect, with the same write',
  },
  stageTransition: {
    key: keys.stageTransition(customer, '<at>', '<id>'),
    holds: 'a stage transition and why',
    written: 'project and sweep, with the profile that moves',
    read: 'timeline',
  },
  decision: {
    key: keys.decision(customer, '<at>', '<decision>'),
    holds: 'a decision: offer, propensity, reasons, context, exposure, outcome; listed by placement and time',
    written: 'decide, personalize; learn',
    read: 'timeline; learn; tune, by list',
  },
  decided: {
    key: keys.decided(customer, '<decision>'),
    holds:
      'when a decision was made, by its id, so that it is made once; deleted 30 days after its last possible outcome',
    written: 'decide, personalize: with the decision',
    read: 'learn; decide, at a retry',
  },
  message: {
    key: keys.message(customer, '<at>', '<send>'),
    holds: 'what was sent, skipped or failed, and why',
    written: 'send, with the end of its ledger row',
    read: 'timeline',
  },
  inApp: {
    key: keys.inApp(customer, '<send>'),
    holds: 'an in-app message, and when it was seen; deleted after 90 days',
    written: 'send; relay and customers API, when it was seen',
    read: 'customers API: one query',
  },
  send: {
    key: keys.send(customer, '<send>'),
    holds: 'send ledger: claimed, then sent, failed, skipped or unknown',
    written: 'send, if not there yet',
    read: 'send, when the claim fails',
  },
  contacts: {
    key: keys.contacts(customer),
    holds: 'recent messages to the customer, for frequency caps',
    written: 'send, with the claim',
    read: 'send',
  },
  enrolment: {
    key: keys.enrolment(customer, '<enrolment>'),
    holds: 'one enrolment in a journey; listed by journey',
    written: 'enrol, conclude, relay',
    read: 'customer page; a journey’s enrolments by list',
  },
  entry: {
    key: keys.entry(customer, '<journey>', '<entry key>'),
    holds: 'the active enrolment of this entry key, its start, and the number of earlier ones',
    written: 'enrol, with the enrolment; conclude',
    read: 'enrol',
  },
  refusal: {
    key: keys.refusal(customer, '<journey>'),
    holds: 'why a journey last rejected the customer; deleted after 90 days',
    written: 'enrol',
    read: 'trace API',
  },
  member: {
    key: keys.member(customer, '<segment>'),
    holds: 'that the customer belongs to a segment; lists its members, by zone',
    written: 'relay, when the profile has joined, left or moved',
    read: 'segments API and launch, by list',
  },
  date: {
    key: keys.date(customer, '<journey>', '<trigger>'),
    holds: 'when a date of the customer triggers a journey; due then',
    written: 'relay, when the date or the zone has changed; launch',
    read: 'launch, when it is due',
  },
  counted: {
    key: keys.counted(customer, '<event>'),
    holds: 'that an event was counted in the statistics of a journey; deleted after 30 days',
    written: 'count, with the statistics',
    read: 'never: its condition makes each event count once',
  },
  wait: {
    key: keys.wait(customer, '<wait>'),
    holds: 'task token of a step that waits for a touchpoint',
    written: 'wait, with the profile that looks out for it',
    read: 'relay, when the touchpoint came',
  },
  task: {
    key: keys.task(customer, '<task>'),
    holds: 'a question to a person, with its task token; listed while it is open',
    written: 'wait; tasks API',
    read: 'tasks API',
  },
} as const satisfies Record<string, AccessPattern>;
