import { Duration } from 'aws-cdk-lib';
import { type EventBus, type EventPattern, Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { type EventName, eventSource } from '../../lib/model/bus-events.ts';
import { type DeadLetterQueue } from './dead-letters.ts';
import { type NodeFunction } from './node-function.ts';

export interface EventRuleProps {
  /** The bus listened to; the account's own where none is given. */
  bus?: EventBus;
  pattern: EventPattern;
  deadLetters: DeadLetterQueue;
}

/** Events of ours by name. */
export function busPattern(...names: EventName[]): EventPattern {
  return { source: [eventSource], detailType: names };
}

/** Calls a function with events. What EventBridge cannot deliver for six hours goes to the dead letters; its own default drops it after a day. */
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
