import { createHash } from 'node:crypto';
import { type Customer } from '../customer.ts';
import { type Instant } from '../../shared/time.ts';

/** Primary key of an item. */
export interface Key {
  pk: string;
  sk: string;
}

/**
 * Number of partitions that each index list is spread over, so that one busy stage or journey is no
 * hot partition.
 */
export const listShards = 4;

/** DynamoDB's limits of keys, of the table and its indexes, bytes of UTF-8. */
export const longestKey = { pk: 2_048, sk: 1_024 } as const;

/**
 * Returns a sort key that ends in `rest`, whose length is not limited. If the key is too long for
 * DynamoDB, a hash replaces `rest`, so the same parts always make the same key. Keys that fit are
 * unchanged.
 */
function fitting(range: string, rest: string): string {
  const sk = `${range}${rest}`;
  if (Buffer.byteLength(sk) <= longestKey.sk) return sk;
  return `${range}${createHash('sha256').update(rest).digest('hex')}`;
}

const shardOf = (text: string): number => (createHash('sha256').update(text).digest()[0] ?? 0) % listShards;

/** Returns the partition key of all rows of a customer. */
export const partition = ({ workspace, customer }: Customer): string => `${workspace}#${customer}`;

/** Ranges of a customer's partition that hold its timeline, each sorted by time. */
export const timelineRanges = { touchpoint: 't#', stage: 's#', decision: 'd#', message: 'm#' } as const;

/** Range of a customer's partition that holds the clock skews of touchpoints' sources. */
export const skewRange = 'c#';

/** Other prefixes of sort keys: ranges of a customer's or a workspace's partition. */
export const ranges = {
  enrolment: 'enrolment#',
  task: 'task#',
  inApp: 'in-app#',
  refusal: 'refusal#',
  date: 'date#',
  journey: 'journey#',
  segment: 'segment#',
  fanOut: 'fan-out#',
  map: 'map#',
  report: 'report#',
  cap: 'cap#',
} as const;

/**
 * All keys of the table. Each starts with the workspace, whose ids contain no `#`. External ids
 * come last, so that their content cannot reach another range. Inputs are limited (`maxIdBytes`,
 * 255 characters of a message id, 40 of a journey id …) so that keys fit; the others use `fitting`.
 */
export const keys = {
  workspace: (workspace: string): Key => ({ pk: `${workspace}#workspace`, sk: 'settings' }),
  apiKey: (workspace: string, hash: string): Key => ({ pk: `${workspace}#workspace`, sk: `key#${hash}` }),
  redriven: (workspace: string, letter: string): Key => ({ pk: `${workspace}#redriven#${letter}`, sk: 'redriven' }),
  webhookSecrets: (workspace: string): Key => ({ pk: `${workspace}#workspace`, sk: 'webhook-secrets' }),
  placement: (workspace: string, id: string): Key => ({ pk: `${workspace}#placements`, sk: `placement#${id}` }),
  offerStats: (workspace: string, stats: { placement: string; stage: string; shard: number }): Key => ({
    pk: `${workspace}#offer-stats#${stats.placement}`,
    sk: `stage#${stats.shard}#${stats.stage}`,
  }),
  offerSums: (workspace: string, sums: { placement: string; context: string; offer: string; shard: number }): Key => ({
    pk: `${workspace}#offer-sums#${sums.placement}`,
    sk: `${sums.context}#${sums.shard}#${sums.offer}`,
  }),
  policy: (workspace: string, placement: string): Key => ({ pk: `${workspace}#placements`, sk: `policy#${placement}` }),
  habits: (workspace: string): Key => ({ pk: `${workspace}#placements`, sk: 'habits' }),
  journey: (workspace: string, id: string): Key => ({ pk: `${workspace}#journeys`, sk: `${ranges.journey}${id}` }),
  journeyDraft: (workspace: string, id: string): Key => ({ pk: `${workspace}#journeys`, sk: `draft#${id}` }),
  journeyVersion: (workspace: string, id: string, version: number): Key => ({
    pk: `${workspace}#journeys`,
    sk: `version#${id}#${String(version).padStart(6, '0')}`,
  }),
  held: (
    workspace: string,
    held: { journeyId: string; shard: number; at: Instant; enrolmentId: string; stepId: string },
  ): Key => ({
    pk: `${workspace}#held#${held.shard}#${held.journeyId}`,
    sk: `${held.at}#${held.enrolmentId}#${held.stepId}`,
  }),
  journeyStats: (workspace: string, stats: { journeyId: string; version: number; shard: number }): Key => ({
    pk: `${workspace}#journey-stats#${stats.journeyId}`,
    sk: `v#${String(stats.version).padStart(6, '0')}#${stats.shard}`,
  }),
  segment: (workspace: string, id: string): Key => ({ pk: `${workspace}#segments`, sk: `${ranges.segment}${id}` }),
  fanOut: (workspace: string, id: string): Key => ({ pk: `${workspace}#fan-outs`, sk: `${ranges.fanOut}${id}` }),
  launched: (workspace: string, journeyId: string, trigger: string): Key => ({
    pk: `${workspace}#fan-outs`,
    sk: `launched#${journeyId}#${trigger}`,
  }),
  dateReview: (workspace: string): Key => ({ pk: `${workspace}#fan-outs`, sk: 'date-review' }),
  cap: (workspace: string, journeyId: string, span: number): Key => ({
    pk: `${workspace}#limits#${journeyId}`,
    sk: `${ranges.cap}${span}`,
  }),
  throttle: (workspace: string, journeyId: string): Key => ({ pk: `${workspace}#limits#${journeyId}`, sk: 'throttle' }),
  churnState: (workspace: string): Key => ({ pk: `${workspace}#churn`, sk: 'state' }),
  churnModel: (workspace: string, version: number): Key => ({
    pk: `${workspace}#churn`,
    sk: `model#${String(version).padStart(6, '0')}`,
  }),
  churnSample: (workspace: string, sample: { run: string; share: number; part: number }): Key => ({
    pk: `${workspace}#churn-sample#${sample.run}`,
    sk: `${sample.share}#${String(sample.part).padStart(6, '0')}`,
  }),
  map: (workspace: string, id: string): Key => ({ pk: `${workspace}#maps`, sk: `${ranges.map}${id}` }),
  report: (workspace: string, id: string): Key => ({ pk: `${workspace}#reports`, sk: `${ranges.report}${id}` }),
  reportResult: (workspace: string, id: string): Key => ({ pk: `${workspace}#reports`, sk: `result#${id}` }),
  quota: (workspace: string, work: string): Key => ({ pk: `${workspace}#quotas`, sk: `quota#${work}` }),
  profile: (customer: Customer): Key => ({ pk: partition(customer), sk: 'profile' }),
  link: (customer: Customer, linked: string): Key => ({ pk: partition(customer), sk: `link#${linked}` }),
  touchpoint: (customer: Customer, at: Instant, messageId: string): Key => ({
    pk: partition(customer),
    sk: `${timelineRanges.touchpoint}${at}#${messageId}`,
  }),
  clockSkew: (customer: Customer, at: Instant, messageId: string): Key => ({
    pk: partition(customer),
    sk: `${skewRange}${at}#${messageId}`,
  }),
  /** Written by `npm run rebuild` to learn from the profile how far the stream was folded. */
  barrier: (customer: Customer): Key => ({ pk: partition(customer), sk: 'barrier' }),
  firstSeen: (customer: Customer, messageId: string): Key => ({ pk: partition(customer), sk: `first#${messageId}` }),
  stageTransition: (customer: Customer, at: Instant, id: string): Key => ({
    pk: partition(customer),
    sk: fitting(`${timelineRanges.stage}${at}#`, id), // of a transition by linking: message id and identity
  }),
  decision: (customer: Customer, at: Instant, id: string): Key => ({
    pk: partition(customer),
    sk: `${timelineRanges.decision}${at}#${id}`,
  }),
  decided: (customer: Customer, id: string): Key => ({ pk: partition(customer), sk: `decided#${id}` }),
  message: (customer: Customer, at: Instant, id: string): Key => ({
    pk: partition(customer),
    sk: `${timelineRanges.message}${at}#${id}`,
  }),
  inApp: (customer: Customer, id: string): Key => ({ pk: partition(customer), sk: `${ranges.inApp}${id}` }),
  send: (customer: Customer, id: string): Key => ({ pk: partition(customer), sk: `send#${id}` }),
  contacts: (customer: Customer): Key => ({ pk: partition(customer), sk: 'contacts' }),
  enrolment: (customer: Customer, id: string): Key => ({ pk: partition(customer), sk: `${ranges.enrolment}${id}` }),
  entry: (customer: Customer, journeyId: string, entryKey: string): Key => ({
    pk: partition(customer),
    sk: `entry#${journeyId}#${entryKey}`,
  }),
  refusal: (customer: Customer, journeyId: string): Key => ({
    pk: partition(customer),
    sk: fitting(ranges.refusal, journeyId), // a step `startJourney` names a journey that there need not be
  }),
  member: (customer: Customer, segment: string): Key => ({
    pk: partition(customer),
    sk: `${ranges.segment}${segment}`,
  }),
  date: (customer: Customer, journeyId: string, trigger: string): Key => ({
    pk: partition(customer),
    sk: `${ranges.date}${journeyId}#${trigger}`,
  }),
  counted: (customer: Customer, event: string): Key => ({ pk: partition(customer), sk: `counted#${event}` }),
  wait: (customer: Customer, id: string): Key => ({ pk: partition(customer), sk: `wait#${id}` }),
  task: (customer: Customer, id: string): Key => ({ pk: partition(customer), sk: `${ranges.task}${id}` }),
} as const;

/**
 * Keys of the index `byList`, which lists rows across customers. Only keys are projected, so writes
 * that leave them unchanged do not cost.
 */
export const lists = {
  stage: (workspace: string, stage: string, shard: number): string => `${workspace}#stage#${shard}#${stage}`,
  enrolments: (workspace: string, journeyId: string, shard: number): string =>
    `${workspace}#enrolments#${shard}#${journeyId}`,
  segment: (workspace: string, segment: string, shard: number): string => `${workspace}#segment#${shard}#${segment}`,
  decisions: (workspace: string, placement: string, shard: number): string =>
    `${workspace}#decisions#${shard}#${placement}`,
  tasks: (workspace: string, shard: number): string => `${workspace}#tasks#${shard}`,
  reports: (workspace: string): string => `${workspace}#reports`,
  workspaces: (): string => 'workspaces',
} as const;

/** Sort key of the index `byList`: a time or zone that it sorts by, then an id. */
export const listSortKey = (start: string, id: string): string => `${start}#${id}`;

/** Partition key in the index `byDue` of customers by the time of their next review. */
export const dueReviews = (workspace: string, shard: number): string => `${workspace}#review#${shard}`;

/** Partition key in the index `byDue` of dates that trigger journeys, by time. */
export const dueDates = (workspace: string, shard: number): string => `${workspace}#dates#${shard}`;

/** Partition key in the index `byDue` of fan-outs under way, by their start. */
export const openFanOuts = (workspace: string): string => `${workspace}#fan-outs`;

/** Returns the list shard of a customer. */
export const listShard = (customer: Customer): number => shardOf(partition(customer));
