import { createHash } from 'node:crypto';
import { ArnFormat, Aws, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type ILogGroup } from 'aws-cdk-lib/aws-logs';
import { CfnStateMachine, CfnStateMachineAlias, CfnStateMachineVersion } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import {
  type StepFunction,
  type StepFunctions,
  compileJourney,
} from '../../lib/journey/compilation/compile-journey.ts';
import { type JourneyDefinition } from '../../lib/journey/definition/journey-definition.ts';
import { suppressNag } from './suppress-nag.ts';
import { type NodeFunction } from './node-function.ts';

export interface JourneyMachineProps {
  definition: JourneyDefinition;
  steps: Record<StepFunction, NodeFunction>;
  logGroup: ILogGroup;
}

const nameOf = (scope: Construct, journeyId: string): string => `${Stack.of(scope).stackName}-${journeyId}`;

function arnOf(scope: Construct, resource: 'stateMachine' | 'execution', resourceName: string): string {
  const arnFormat = ArnFormat.COLON_RESOURCE_NAME;
  return Stack.of(scope).formatArn({ service: 'states', resource, resourceName, arnFormat });
}

/**
 * Prefix of the ARNs of all state machines: deployed journeys and those that workspaces publish.
 */
export const machinesPrefix = (scope: Construct): string => arnOf(scope, 'stateMachine', '');

/** Actions that can be granted on machines or on their executions. */
type Verb =
  | 'StartExecution'
  | 'StopExecution'
  | 'SendTaskSuccess'
  | 'DescribeExecution'
  | 'GetExecutionHistory'
  | 'CreateStateMachine'
  | 'UpdateStateMachine'
  | 'PublishStateMachineVersion'
  | 'CreateStateMachineAlias'
  | 'UpdateStateMachineAlias';

const onExecutions: readonly Verb[] = ['StopExecution', 'GetExecutionHistory', 'DescribeExecution'];

/** Grants actions on all journeys by the stack's prefix, so also on those published later. */
export function grantJourneys(fn: NodeFunction, verbs: Verb[]): void {
  const { stackName } = Stack.of(fn);
  const grants = [
    { kind: 'stateMachine', name: `${stackName}-*`, reason: 'workspaces publish journeys while the stack stands' },
    { kind: 'execution', name: `${stackName}-*:*`, reason: 'every customer has an execution of its own' },
  ] as const;
  for (const { kind, name, reason } of grants) {
    const those = verbs.filter((verb) => onExecutions.includes(verb) === (kind === 'execution'));
    if (those.length === 0) continue;
    const actions = those.map((verb) => `states:${verb}`);
    fn.addToRolePolicy(new PolicyStatement({ actions, resources: [arnOf(fn, kind, name)] }));
    const found = `arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:${kind}:${name}`;
    if (fn.role) suppressNag(fn.role, { [`AwsSolutions-IAM5[Resource::${found}]`]: reason });
  }
}

/** A role of state machines: may call these functions, log and trace. */
export function machineRole(scope: Construct, id: string, used: NodeFunction[]): Role {
  const role = new Role(scope, id, {
    assumedBy: new ServicePrincipal('states.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
    }),
  });
  const allow = (actions: string[], resources: string[]): void => {
    role.addToPolicy(new PolicyStatement({ actions, resources }));
  };
  allow(
    ['lambda:InvokeFunction'],
    used.map(({ functionArn }) => functionArn),
  );
  allow(
    [
      'logs:CreateLogDelivery',
      'logs:GetLogDelivery',
      'logs:UpdateLogDelivery',
      'logs:DeleteLogDelivery',
      'logs:ListLogDeliveries',
      'logs:PutResourcePolicy',
      'logs:DescribeResourcePolicies',
      'logs:DescribeLogGroups',
      'xray:PutTraceSegments',
      'xray:PutTelemetryRecords',
      'xray:GetSamplingRules',
      'xray:GetSamplingTargets',
    ],
    ['*'],
  );
  suppressNag(role, { 'AwsSolutions-IAM5[Resource::*]': 'log delivery and X-Ray know no resources' });
  return role;
}

/**
 * The state machine of a deployed journey. Each deployed definition stays as a version: an
 * enrolment stays on the version it entered, and new ones start on the alias `live`, which points
 * at the newest.
 */
export class JourneyMachine extends Construct {
  readonly machineArn: string;
  readonly liveArn: string;

  constructor(scope: Construct, id: string, { definition, steps, logGroup }: JourneyMachineProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const arns = mapValues(steps, ({ functionArn }) => functionArn);
    const compiled = compileJourney(definition, arns);
    const used = Object.values(steps).filter(({ functionArn }) => JSON.stringify(compiled).includes(functionArn));
    const role = machineRole(this, 'Role', used);
    const machine = new CfnStateMachine(this, 'Machine', {
      stateMachineName: nameOf(this, definition.id),
      stateMachineType: 'STANDARD',
      definitionString: stack.toJsonString(compiled),
      roleArn: role.roleArn,
      loggingConfiguration: {
        level: 'ERROR',
        includeExecutionData: false,
        destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: logGroup.logGroupArn } }],
      },
      tracingConfiguration: { enabled: true },
    });
    // Step Functions rejects a machine whose role may not write its log yet.
    machine.node.addDependency(role);
    this.machineArn = machine.attrArn;

    const version = new CfnStateMachineVersion(this, `Version${fingerprint(definition, steps)}`, {
      stateMachineArn: machine.attrArn,
      stateMachineRevisionId: machine.attrStateMachineRevisionId,
      description: `${definition.id}, version ${definition.version}`,
    });
    version.applyRemovalPolicy(RemovalPolicy.RETAIN);
    const alias = new CfnStateMachineAlias(this, 'Live', {
      name: 'live',
      routingConfiguration: [{ stateMachineVersionArn: version.attrArn, weight: 100 }],
    });
    this.liveArn = alias.attrArn;
    suppressNag(machine, {
      'AwsSolutions-SF1':
        'a log of every event would cost more than the journeys; each step leaves a row in the customer’s timeline',
    });
  }
}

function mapValues<Key extends string, From, To>(record: Record<Key, From>, map: (value: From) => To): Record<Key, To> {
  const entries = Object.entries<From>(record).map(([key, value]) => [key, map(value)] as const);
  return Object.fromEntries(entries) as Record<Key, To>; // the same keys
}

/** Hash of the compiled definition, equal in every deployment. */
function fingerprint(definition: JourneyDefinition, steps: Record<StepFunction, NodeFunction>): string {
  // Names replace ARNs, which differ between deployments.
  const named = Object.fromEntries(Object.keys(steps).map((name) => [name, name])) as StepFunctions;
  return createHash('sha256')
    .update(JSON.stringify(compileJourney(definition, named)))
    .digest('hex')
    .slice(0, 8);
}
