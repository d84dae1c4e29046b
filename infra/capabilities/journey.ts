import { Stack } from 'aws-cdk-lib';
import { type LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { deployedJourneys } from '../../lib/journey/publishing/deployed-journeys.ts';
import { expiringLogGroup } from '../constructs/expiring-log-group.ts';
import { JourneyMachine } from '../constructs/journey-machine.ts';
import { type NodeFunction } from '../constructs/node-function.ts';
import { type Foundation } from '../foundation.ts';
import { serveJourneys } from './journey-api.ts';
import { createConclude, createEnrol, createLaunch, createLifecycle } from './journey-events.ts';
import { createPublish } from './journey-publishing.ts';
import { createStepFunctions, grantStepGuard } from './journey-steps.ts';

/**
 * Functions and state machines of journeys: one machine a deployed journey, functions of its steps,
 * and functions that admit customers and end enrolments.
 */
export class JourneyCapability extends Construct {
  readonly machines: Record<string, JourneyMachine>;
  /** Asynchronous functions: called by executions and events only. */
  readonly background: NodeFunction[] = [];

  constructor(scope: Construct, id: string, props: { foundation: Foundation; decide: NodeFunction }) {
    super(scope, id);
    const { foundation, decide } = props;
    const { steps, awaken } = createStepFunctions(this, foundation);
    grantStepGuard(decide, foundation);
    const logGroup = this.#logGroup(foundation);
    this.machines = Object.fromEntries(
      deployedJourneys.map((definition) => [
        definition.id,
        new JourneyMachine(this, pascal(definition.id), { definition, steps: { ...steps, decide }, logGroup }),
      ]),
    );
    // Failing webhooks are the receiver's fault. They are counted, and the journey continues.
    const { webhook: _, ...watched } = steps;
    this.background.push(
      awaken,
      ...Object.values(watched),
      createEnrol(this, foundation, this.machines),
      createLaunch(this, foundation),
      createConclude(this, foundation),
      ...createLifecycle(this, foundation),
    );
    createPublish(this, foundation, { steps: { ...steps, decide }, logGroup });
    serveJourneys(this, foundation);
  }

  /**
   * Named `/aws/vendedlogs/…`, because Step Functions accepts only a limited number of log groups
   * with other names.
   */
  #logGroup({ settings }: Foundation): LogGroup {
    return expiringLogGroup(this, 'MachinesLog', {
      name: `/aws/vendedlogs/states/${Stack.of(this).stackName}`,
      settings,
    });
  }
}

const pascal = (id: string): string => id.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
