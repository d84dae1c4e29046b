import { Construct } from 'constructs';
import { busPattern, onEvents } from '../constructs/event-rule.ts';
import { NodeFunction } from '../constructs/node-function.ts';
import { onSchedule } from '../constructs/schedule.ts';
import { type Foundation } from '../foundation.ts';

/** Functions that choose the next best offer and learn from its outcome. */
export class DecisionCapability extends Construct {
  readonly personalize: NodeFunction<'decision/personalize'>;
  readonly learn: NodeFunction<'decision/learn'>;
  readonly tune: NodeFunction<'decision/tune'>;

  constructor(scope: Construct, id: string, foundation: Foundation) {
    super(scope, id);
    const { settings, table, gateway, bus, deadLetters } = foundation;

    const decide = new NodeFunction(this, 'Decide', { entry: 'decision/decide', env: {}, settings });
    table.grant(decide, ['GetItem', 'BatchGetItem', 'Query', 'PutItem']);
    gateway.serve(decide, ['POST /v1/decisions']);

    this.personalize = new NodeFunction(this, 'Personalize', {
      entry: 'decision/personalize',
      env: {},
      settings,
      deadLetters,
    });
    table.grant(this.personalize, ['GetItem', 'BatchGetItem', 'Query', 'PutItem']);
    deadLetters.grantSend(this.personalize);
    onEvents(this.personalize, { bus, deadLetters, pattern: busPattern('StageEntered') });

    this.learn = new NodeFunction(this, 'Learn', { entry: 'decision/learn', env: {}, settings, deadLetters });
    table.grant(this.learn, ['GetItem', 'UpdateItem']);
    deadLetters.grantSend(this.learn);
    onEvents(this.learn, { bus, deadLetters, pattern: busPattern('DecisionExposed', 'OutcomeObserved') });

    const placements = new NodeFunction(this, 'Placements', { entry: 'decision/placements', env: {}, settings });
    table.grant(placements, ['GetItem', 'Query', 'PutItem']);
    foundation.grantPut(placements);
    gateway.serve(placements, [
      'GET /v1/placements',
      'GET /v1/placements/{id}',
      'PUT /v1/placements/{id}',
      'GET /v1/placements/{id}/policy',
    ]);

    this.tune = new NodeFunction(this, 'Tune', { entry: 'decision/tune', env: {}, settings, deadLetters });
    table.grant(this.tune, ['GetItem', 'BatchGetItem', 'Query', 'PutItem'], ['byList']);
    onEvents(this.tune, { bus, deadLetters, pattern: busPattern('PlacementChanged') });
    onSchedule(this.tune, { expression: 'cron(30 3 * * ? *)', deadLetters });
  }
}
