import { Duration } from 'aws-cdk-lib';
import { type EventBus, type EventPattern, Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { type EventName, eventSource } from '../../lib/model/bus-events.ts';
import { type DeadLetterQueue } from './dead-letters.ts';
import { type NodeFunction } from './node-function.ts';

export interface EventRuleProps {
  /** The bus of the events; the account's default bus if undefined. */
  bus?: EventBus;
  pattern: EventPattern;
  deadLetters: DeadLetterQueue;
}

/** Pattern of this system's events by name. */
export function busPattern(...names: EventName[]): EventPattern {
  return { source: [eventSource], detailType: names };
}

/**
 * Calls a function with events. Events that EventBridge cannot deliver for six hours go to the
 * dead-letter queue. Its default would drop them after a day.
 */
export function onEvents(fn: NodeFunction, { bus, pattern, deadLetters }: EventRuleProps): Rule {
  return new Rule(fn, 'Events', {
    ...(bus && { eventBus: bus }),
    description: `Events for ${fn.entry}`,
    eventPattern: pattern,
    targets: [
      new LambdaFunction(fn, { deadLetterQueue: deadLetters, maxEventAge: Duration.hours(6), retryAttempts: 30 }),
    ],
  });
}
