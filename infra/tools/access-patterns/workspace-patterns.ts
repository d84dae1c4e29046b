import { type Key, keys } from '../../../lib/model/keys/table-keys.ts';

export interface AccessPattern {
  key: Key;
  holds: string;
  written: string;
  read: string;
}

/** Keys of a workspace's items. */
export const workspacePatterns = {
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
  redriven: {
    key: keys.redriven('<ws>', '<letter>'),
    holds: 'that a dead letter was brought back; gone 30 days after',
    written: '`npm run redrive`, with the attribute of the touchpoint’s row that makes the stream deliver it again',
    read: '`npm run redrive`, by the condition of the same write',
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
    key: keys.held('<ws>', {
      journeyId: '<journey>',
      shard: 0,
      at: '<since>',
      enrolmentId: '<enrolment>',
      stepId: '<step>',
    }),
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
  dateReview: {
    key: keys.dateReview('<ws>'),
    holds: 'through when due dates were worked out anew, a day ahead, and by which release of zone data',
    written: 'launch, where a date falls due within a day',
    read: 'launch, where a journey has a date trigger',
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
  churnState: {
    key: keys.churnState('<ws>'),
    holds: 'which churn model is gone by, a line on each there was, and the training under way',
    written: 'churn API, begin, learn, each over the revision it read',
    read: 'project, assess, sweep, once a minute; churn API',
  },
  churnModel: {
    key: keys.churnModel('<ws>', 1),
    holds: 'a trained churn model and its page; never changes',
    written: 'learn, with the state',
    read: 'project, assess, sweep, once a minute: the one gone by; churn API',
  },
  churnSample: {
    key: keys.churnSample('<ws>', { run: '<run>', share: 0, part: 0 }),
    holds: 'days with a key event, and attributes, of some thousand customers, for one training; gone after a day',
    written: 'gather, from an export of the table',
    read: 'learn',
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
  quota: {
    key: keys.quota('<ws>', '<work>'),
    holds:
      'heavy work under way (reports, simulations, trainings, imports), and when how much was begun; gone when it counts no more',
    written: 'reports API, compute, simulate, churn API, over the revision they read',
    read: 'the same, consistently: one read and one write to begin, and to end',
  },
} as const satisfies Record<string, AccessPattern>;
