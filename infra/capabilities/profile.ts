import { Construct } from 'constructs';
import { keys, ranges, timelineRanges } from '../../lib/model/keys/table-keys.ts';
import { redrivenAttribute } from '../../lib/projection/touchpoint-record.ts';
import { DeadLetterQueue } from '../constructs/dead-letters.ts';
import { busPattern, onEvents } from '../constructs/event-rule.ts';
import { NodeFunction } from '../constructs/node-function.ts';
import { consumeStream } from '../constructs/stream-consumer.ts';
import { type Foundation } from '../foundation.ts';

const noCustomer = { workspace: '', customer: '' };
const inserted = { eventName: ['INSERT'] };
const sortKey = (...matches: (string | { prefix: string })[]) => ({ Keys: { sk: { S: matches } } });

/**
 * New touchpoints. A touchpoint that is sent again changes nothing, so it makes no stream record.
 */
const touchpoints = { ...inserted, dynamodb: sortKey({ prefix: timelineRanges.touchpoint }) };

/** Touchpoints that `npm run redrive` brings back. */
const redriven = {
  eventName: ['MODIFY'],
  dynamodb: {
    ...sortKey({ prefix: timelineRanges.touchpoint }),
    NewImage: { [redrivenAttribute]: { S: [{ exists: true }] } },
  },
};

/** Rows that `npm run rebuild` writes to learn how far the stream was folded. */
const barriers = {
  eventName: ['INSERT', 'MODIFY'],
  dynamodb: sortKey(keys.barrier(noCustomer).sk),
};

/**
 * Records for relay: profiles with signals, enrolments that begin or end, decisions, tasks,
 * journeys. Never touchpoints.
 */
const facts = [
  {
    eventName: ['INSERT', 'MODIFY'],
    dynamodb: { ...sortKey(keys.profile(noCustomer).sk), NewImage: { signals: { S: [{ exists: true }] } } },
  },
  {
    ...inserted,
    dynamodb: sortKey({ prefix: ranges.enrolment }, { prefix: timelineRanges.decision }, { prefix: ranges.task }),
  },
  {
    eventName: ['MODIFY'],
    dynamodb: { ...sortKey({ prefix: ranges.enrolment }), NewImage: { status: { S: ['ended'] } } },
  },
  { eventName: ['INSERT', 'MODIFY'], dynamodb: sortKey({ prefix: ranges.journey }) },
];

/** Functions that project touchpoints into profiles and publish changes. */
export class ProfileCapability extends Construct {
  readonly project: NodeFunction<'profile/project'>;
  readonly relay: NodeFunction<'profile/relay'>;
  readonly refresh: NodeFunction<'profile/refresh'>;
  readonly projectDeadLetters: DeadLetterQueue;
  readonly relayDeadLetters: DeadLetterQueue;

  constructor(scope: Construct, id: string, foundation: Foundation) {
    super(scope, id);
    const { project, projectDeadLetters } = this.#projection(foundation);
    const { relay, relayDeadLetters } = this.#relay(foundation);
    this.#segments(foundation);
    this.refresh = this.#refresh(foundation);
    this.#customers(foundation);
    this.project = project;
    this.projectDeadLetters = projectDeadLetters;
    this.relay = relay;
    this.relayDeadLetters = relayDeadLetters;
  }

  /** The function that folds touchpoints into profiles. */
  #projection({ settings, table }: Foundation) {
    const project = new NodeFunction(this, 'Project', { entry: 'profile/project', env: {}, settings });
    table.grant(project, ['GetItem', 'BatchGetItem', 'Query', 'PutItem']);
    const projectDeadLetters = new DeadLetterQueue(this, 'ProjectDeadLetters', 'project-dead-letters');
    consumeStream(project, {
      table,
      deadLetters: projectDeadLetters,
      filters: [touchpoints, redriven, barriers],
      // A larger batch means fewer writes of a busy customer's profile. A batch of distinct
      // customers still fits the timeout.
      batchSize: 500,
    });
    return { project, projectDeadLetters };
  }

  /** The function that publishes changes. */
  #relay(foundation: Foundation) {
    const { settings, table } = foundation;
    const relay = new NodeFunction(this, 'Relay', { entry: 'profile/relay', env: {}, settings });
    table.grant(relay, ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem']);
    foundation.grantPut(relay);
    const relayDeadLetters = new DeadLetterQueue(this, 'RelayDeadLetters', 'relay-dead-letters');
    consumeStream(relay, {
      table,
      deadLetters: relayDeadLetters,
      filters: facts,
      batchSize: 100,
      // The order of one item's records is kept. Relay needs no order across items.
      parallelization: 4,
    });
    return { relay, relayDeadLetters };
  }

  #segments(foundation: Foundation): void {
    const { settings, table, gateway } = foundation;
    const segments = new NodeFunction(this, 'Segments', { entry: 'profile/segments', env: {}, settings });
    table.grant(segments, ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'DeleteItem'], ['byList']);
    foundation.grantPut(segments);
    gateway.serve(segments, [
      'GET /v1/segments',
      'GET /v1/segments/{id}',
      'PUT /v1/segments/{id}',
      'DELETE /v1/segments/{id}',
      'GET /v1/segments/{id}/members',
    ]);
  }

  /** The function that evaluates all customers for a changed segment or date trigger. */
  #refresh(foundation: Foundation): NodeFunction<'profile/refresh'> {
    const { settings, table, bus, deadLetters } = foundation;
    const refresh = new NodeFunction(this, 'Refresh', { entry: 'profile/refresh', env: {}, settings, deadLetters });
    table.grant(refresh, ['GetItem', 'Query', 'PutItem'], ['byDue']);
    foundation.grantPut(refresh);
    deadLetters.grantSend(refresh);
    onEvents(refresh, {
      bus,
      deadLetters,
      pattern: busPattern('SegmentChanged', 'JourneyPublished', 'JourneyResumed', 'RefreshAdvanced'),
    });
    return refresh;
  }

  #customers({ settings, table, gateway }: Foundation): void {
    const customers = new NodeFunction(this, 'Customers', { entry: 'profile/customers', env: {}, settings });
    table.grant(customers, ['GetItem', 'BatchGetItem', 'Query', 'UpdateItem'], ['byList']);
    gateway.serve(customers, [
      'GET /v1/customers',
      'GET /v1/customers/{id}',
      'GET /v1/customers/{id}/timeline',
      'GET /v1/customers/{id}/in-app',
      'POST /v1/customers/{id}/in-app/{messageId}/seen',
    ]);
  }
}
