import { type Key, keys } from '#lib/model/keys/table-keys.ts';

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
    holds: 'that a dead letter was brought back; deleted 30 days after',
    written: '`npm run redrive`, with the attribute of the touchpoint’s row that makes the stream deliver it again',
    read: '`npm run redrive`, by the condition of the same write',
  },
  webhookSecrets: {
    key: keys.webhookSecrets('<ws>'),
    holds: 'secrets that sign webhook calls, the newest first',
    written: 'send, webhook, workspace API: created at the first use, and by rotation',
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
    holds: 'sums of the contexts in which an offer was shown and succeeded, for placements with a context',
    written: 'learn, by ADD to the shard of the decision',
    read: 'decide, personalize, if the policy uses the context: one query a minute; tune',
  },
  policy: {
    key: keys.policy('<ws>', '<placement>'),
    holds: 'the policy in force at a placement, the candidate, and the estimates of both from the log',
    written: 'tune',
    read: 'decide, personalize, once a minute; placements API',
  },
  habits: {
    key: keys.habits('<ws>'),
    holds: 'hours of engagement, their shrinkage, and response by number of messages',
    written: 'tune',
    read: 'decide, once an hour',
  },
  journey: {
    key: keys.journey('<ws>', '<journey>'),
    holds: 'what a journey does: state, versions that admit customers, winners, migrations',
    written: 'publish, release and count, each over the revision it read',
    read: 'every guarded step and entry; all of them every five seconds by functions that admit customers',
  },
  journeyDraft: {
    key: keys.journeyDraft('<ws>', '<journey>'),
    holds: 'the definition that an author edits',
    written: 'journeys API, over the revision it read',
    read: 'journeys API, publish',
  },
  journeyVersion: {
    key: keys.journeyVersion('<ws>', '<journey>', 1),
    holds: 'a published definition and the ARN of its state machine’s version; never changes once published',
    written: 'publish',
    read: 'enrol, migration, journeys API; once an hour and environment',
  },
  held: {
    key: keys.held('<ws>', {
      journeyId: '<journey>',
      shard: 0,
      at: '<since>',
      enrolmentId: '<enrolment>',
      stepId: '<step>',
    }),
    holds: 'task token of an enrolment that is paused with its journey',
    written: 'wait, when the step guard pauses',
    read: 'release, when the journey is resumed: in order, consistently',
  },
  journeyStats: {
    key: keys.journeyStats('<ws>', { journeyId: '<journey>', version: 1, shard: 0 }),
    holds: 'counts of entries, ends and goals; by variant of each experiment',
    written: 'count, by ADD to the shard of the customer',
    read: 'journeys API: one query for a journey; count, to find a winner',
  },
  segment: {
    key: keys.segment('<ws>', '<segment>'),
    holds: 'a named predicate',
    written: 'segments API',
    read: 'all of them every five seconds by functions that write profiles',
  },
  fanOut: {
    key: keys.fanOut('<ws>', '<fan-out>'),
    holds: 'entry requests for the members of a segment, and their checkpoint; due until all are made',
    written: 'launch, knock',
    read: 'launch',
  },
  launched: {
    key: keys.launched('<ws>', '<journey>', '<trigger>'),
    holds: 'time up to which a journey’s schedule was carried out',
    written: 'launch',
    read: 'launch',
  },
  dateReview: {
    key: keys.dateReview('<ws>'),
    holds: 'time up to which due dates were recomputed, a day ahead, and the release of zone data',
    written: 'launch, if a date falls due within a day',
    read: 'launch, if a journey has a date trigger',
  },
  cap: {
    key: keys.cap('<ws>', '<journey>', 0),
    holds: 'number of entries of a capped journey in a time window',
    written: 'enrol, with the entry',
    read: 'enrol, if the journey has a cap',
  },
  throttle: {
    key: keys.throttle('<ws>', '<journey>'),
    holds: 'the time window in which a throttled journey starts enrolments, and how many it started',
    written: 'enrol, with the entry',
    read: 'enrol, if the journey has a throttle',
  },
  churnState: {
    key: keys.churnState('<ws>'),
    holds: 'the churn model in force, a summary of each earlier one, and the running training',
    written: 'churn API, begin, learn, each over the revision it read',
    read: 'project, assess, sweep, once a minute; churn API',
  },
  churnModel: {
    key: keys.churnModel('<ws>', 1),
    holds: 'a trained churn model and its page; never changes',
    written: 'learn, with the state',
    read: 'project, assess, sweep, once a minute: the one in force; churn API',
  },
  churnSample: {
    key: keys.churnSample('<ws>', { run: '<run>', share: 0, part: 0 }),
    holds: 'days with a key event, and attributes, of some thousand customers, for one training; deleted after a day',
    written: 'gather, from an export of the table',
    read: 'learn',
  },
  map: {
    key: keys.map('<ws>', '<map>'),
    holds: 'a planned map',
    written: 'maps API, over the revision it read',
    read: 'maps API; compute, for conformance reports',
  },
  report: {
    key: keys.report('<ws>', '<report>'),
    holds: 'a requested report and its progress; listed by the time of the request, deleted after 30 days',
    written: 'reports API; compute',
    read: 'reports API, compute',
  },
  reportResult: {
    key: keys.reportResult('<ws>', '<report>'),
    holds: 'the result of a report, at most 350 KB; deleted with the report',
    written: 'compute, with the end of the report',
    read: 'reports API, one at a time',
  },
  quota: {
    key: keys.quota('<ws>', '<work>'),
    holds:
      'running heavy work (reports, simulations, trainings, imports), and when it was begun; deleted when it no longer counts',
    written: 'reports API, compute, simulate, churn API, over the revision they read',
    read: 'the same, consistently: one read and one write to begin, and to end',
  },
} as const satisfies Record<string, AccessPattern>;
