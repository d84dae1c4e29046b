import { Construct } from 'constructs';
import { busPattern, onEvents } from './constructs/event-rule.ts';
import { NodeFunction } from './constructs/node-function.ts';
import { onSchedule } from './constructs/schedule.ts';
import { type Foundation } from './foundation.ts';

/** Sees customers leaving: with each new stage, and by looking at those who fell silent, for silence sends no event. */
export class Churn extends Construct {
  readonly functions: NodeFunction[];

  constructor(scope: Construct, id: string, { settings, table, bus, deadLetters }: Foundation) {
    super(scope, id);

    const assess = new NodeFunction(this, 'Assess', { entry: 'churn/assess', env: {}, settings, deadLetters });
    table.grant(assess, ['GetItem', 'Query', 'PutItem']);
    onEvents(assess, { bus, deadLetters, pattern: busPattern('StageEntered') });

    const sweep = new NodeFunction(this, 'Sweep', { entry: 'churn/sweep', env: {}, settings, deadLetters });
    table.grant(sweep, ['GetItem', 'Query', 'PutItem'], ['byList', 'byDue']);
    onSchedule(sweep, { expression: 'rate(15 minutes)', deadLetters });
    this.functions = [assess, sweep];
  }
}
