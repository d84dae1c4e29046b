import { type Key, keys } from '../lib/keys.ts';

interface Pattern {
  key: Key;
  holds: string;
  written: string;
  read: string;
}

const customer = { workspace: '<ws>', customer: '<customer>' };

/** Each key of the table: the compiler asks for a row when a key is added. `docs/access-patterns.md` is made from it. */
const patterns: Record<keyof typeof keys, Pattern> = {
  workspace: {
    key: keys.workspace('<ws>'),
    holds: 'settings of a workspace',
    written: 'workspace API, `npm run workspace`',
    read: 'every function, once a minute; all of them by list `workspaces`',
  },
  apiKey: {
    key: keys.apiKey('<ws>', '<sha256>'),
    holds: 'kind of an API key, under the hash of the key',
    written: '`npm run workspace`',
    read: 'collect and every API function, once a minute per key',
  },
  webhookSecrets: {
    key: keys.webhookSecrets('<ws>'),
    holds: 'what our calls are signed with, the newest first',
    written: 'send, webhook, workspace API: made when first asked for, and by rotation',
    read: 'send, webhook, once a minute; workspace API',
  },
  placement: {
    key: keys.placement('<ws>', '<placement>'),
    holds: 'a placement and its offers',
    written: 'placements API',
    read: 'decide, personalize',
  },
  offerStats: {
    key: keys.offerStats('<ws>', { placement: '<placement>', stage: '<stage>', shard: 0 }),
    holds: 'exposures and successes of each offer',
    written: 'learn, by ADD to the shard of the customer',
    read: 'decide, personalize: one query for a placement',
  },
  offerSums: {
    key: keys.offerSums('<ws>', { placement: '<placement>', context: '<features>', offer: '<offer>', shard: 0 }),
    holds: 'sums of the contexts an offer was shown and succeeded in; of placements with a context only',
    written: 'learn, by ADD to the shard of the decision',
    read: 'decide, personalize, where the policy goes by context: one query a minute; tune',
  },
  policy: {
    key: keys.policy('<ws>', '<placement>'),
    holds: 'the policy in force at a placement, the candidate, and what the log says of both',
    written: 'tune',
    read: 'decide, personalize, once a minute; placements API',
  },
  habits: {
    key: keys.habits('<ws>'),
    holds: 'hours at which customers act, how far they are shrunk, and response by number of messages',
    written: 'tune',
    read: 'decide, once an hour',
  },
  journey: {
    key: keys.journey('<ws>', '<journey>'),
    holds: 'what a journey does: state, versions that take people in, winners, migrations',
    written: 'publish, release and count, each over the revision it read',
    read: 'every gated step and entry; all of them every five seconds by whoever lets people in',
  },
  journeyDraft: {
    key: keys.journeyDraft('<ws>', '<journey>'),
    holds: 'the definition an author works on',
    written: 'journeys API, over the revision it read',
    read: 'journeys API, publish',
  },
  journeyVersion: {
    key: keys.journeyVersion('<ws>', '<journey>', 1),
    holds: 'a published definition and the ARN of its state machine’s version; never changes once published',
    written: 'publish',
    read: 'enrol, handing over, journeys API; once an hour and environment',
  },
  held: {
    key: keys.held('<ws>', { journeyId: '<journey>', shard: 0, at: '<since>', id: '<enrolment>#<step>' }),
    holds: 'task token of somebody held because the journey is paused',
    written: 'wait, when the gate holds',
    read: 'release, when the journey is resumed: in order, consistently',
  },
  journeyStats: {
    key: keys.journeyStats('<ws>', { journeyId: '<journey>', version: 1, shard: 0 }),
    holds: 'people who entered, ended, reached the goal; by variant of each experiment',
    written: 'count, by ADD to the shard of the customer',
    read: 'journeys API: one query for a journey; count, to look for a winner',
  },
  segment: {
    key: keys.segment('<ws>', '<segment>'),
    holds: 'a named predicate',
    written: 'segments API',
    read: 'all of them every five seconds by whoever writes profiles',
  },
  fanOut: {
    key: keys.fanOut('<ws>', '<fan-out>'),
    holds: 'a segment on its way to a journey’s door, and how far it has come; due while it is not through',
    written: 'launch, knock',
    read: 'launch',
  },
  launched: {
    key: keys.launched('<ws>', '<journey>', '<trigger>'),
    holds: 'through when a journey’s schedule was carried out',
    written: 'launch',
    read: 'launch',
  },
  cap: {
    key: keys.cap('<ws>', '<journey>', 0),
    holds: 'how many entered a capped journey in a span of time',
    written: 'enrol, with the entry',
    read: 'enrol, where the journey has a cap',
  },
  throttle: {
    key: keys.throttle('<ws>', '<journey>'),
    holds: 'the span of time in which a throttled journey has room, and how many set out in it',
    written: 'enrol, with the entry',
    read: 'enrol, where the journey has a throttle',
  },
  map: {
    key: keys.map('<ws>', '<map>'),
    holds: 'a planned map',
    written: 'maps API, over the revision it read',
    read: 'maps API; compute, where paths are compared with it',
  },
  report: {
    key: keys.report('<ws>', '<report>'),
    holds: 'a report that was asked for and how far it has come; listed by when that was, gone after 30 days',
    written: 'reports API; compute',
    read: 'reports API, compute',
  },
  reportResult: {
    key: keys.reportResult('<ws>', '<report>'),
    holds: 'what a report found, at most 350 KB; gone with the report',
    written: 'compute, with the end of the report',
    read: 'reports API, one at a time',
  },
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
    written: 'collect, only where it is wrong by more than 30 s',
    read: 'timeline; project, where a touchpoint is older or newer than that',
  },
  firstSeen: {
    key: keys.firstSeen(customer, '<messageId>'),
    holds: 'when a message without a time of its own was first received',
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
    holds: 'when a decision was made, by its id: makes it happen once; gone 30 days after the last outcome it can have',
    written: 'decide, personalize: with the decision',
    read: 'learn; decide, when asked again',
  },
  message: {
    key: keys.message(customer, '<at>', '<send>'),
    holds: 'what was sent, skipped or failed, and why',
    written: 'send, with the end of its ledger row',
    read: 'timeline',
  },
  inApp: {
    key: keys.inApp(customer, '<send>'),
    holds: 'a message shown inside the app, and when it was seen; gone after 90 days',
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
    holds: 'one stay in a journey; listed by journey',
    written: 'enrol, conclude, relay',
    read: 'customer page; a journey’s enrolments by list',
  },
  entry: {
    key: keys.entry(customer, '<journey>', '<entry key>'),
    holds: 'who is inside by this entry key, since when, how often before',
    written: 'enrol, with the enrolment; conclude',
    read: 'enrol',
  },
  refusal: {
    key: keys.refusal(customer, '<journey>'),
    holds: 'why the customer was last not let into a journey; gone after 90 days',
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
    holds: 'when a date of the customer’s lets it into a journey; due then',
    written: 'relay, when the date or the zone has changed; launch',
    read: 'launch, when it is due',
  },
  counted: {
    key: keys.counted(customer, '<event>'),
    holds: 'that an event was counted in the statistics of a journey; gone after 30 days',
    written: 'count, with the statistics',
    read: 'nobody: it makes counting happen once',
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
};

/** The page `docs/access-patterns.md`. */
export function accessPatternsPage(): string {
  const rows = Object.entries(patterns).map(
    ([name, { key, holds, written, read }]) =>
      `| ${name} | \`${key.pk}\` | \`${key.sk}\` | ${holds} | ${written} | ${read} |`,
  );
  return [
    '# Access patterns',
    '',
    'Made from `lib/keys.ts` by `npm run docs`. One table; every key starts with the workspace. `<customer>` is `u:<user id>` or',
    '`a:<anonymous id>`. Indexes, keys only: `byList` (what is listed across customers) and `byDue` (what is to be looked at again, by time).',
    '',
    '| item | partition | sort key | holds | written by | read by |',
    '|---|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}
