import { ArnFormat, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { type TrainingFunction, trainingMachine } from '../../lib/churn/training/training-machine.ts';
import { type Settings } from '../environments.ts';
import { suppressNag } from './suppress-nag.ts';
import { expiringLogGroup } from './expiring-log-group.ts';
import { machineRole } from './journey-machine.ts';
import { type NodeFunction } from './node-function.ts';
import { type SingleTable } from './single-table.ts';
import { type TableExports } from './table-exports.ts';

export interface TrainingMachineProps {
  steps: Record<TrainingFunction, NodeFunction>;
  table: SingleTable;
  exports: TableExports;
  settings: Settings;
}

/**
 * The state machine that trains churn models. Its name does not match the rule of `conclude`, so it
 * ends no enrolment.
 */
export class TrainingMachine extends Construct {
  readonly machineArn: string;
  readonly #name: string;

  constructor(scope: Construct, id: string, { steps, table, exports, settings }: TrainingMachineProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const name = `${stack.stackName}_train-churn`;
    this.#name = name;
    this.machineArn = this.#arn('stateMachine', name);
    const role = machineRole(this, 'Role', Object.values(steps));
    exports.grantExport(role);
    const { gather, learn, rescore } = steps;
    const logGroup = expiringLogGroup(this, 'Log', { name: `/aws/vendedlogs/states/${name}`, settings });
    const machine = new CfnStateMachine(this, 'Machine', {
      stateMachineName: name,
      stateMachineType: 'STANDARD',
      definitionString: stack.toJsonString(
        trainingMachine({
          functions: { gather: gather.functionArn, learn: learn.functionArn, rescore: rescore.functionArn },
          table: { arn: table.table.tableArn, name: table.table.tableName },
          bucket: exports.bucket.bucketName,
        }),
      ),
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
    suppressNag(machine, { 'AwsSolutions-SF1': 'a log of every event tells no more than its few functions’ own logs' });
  }

  #arn(resource: 'stateMachine' | 'execution', resourceName: string): string {
    const arnFormat = ArnFormat.COLON_RESOURCE_NAME;
    return Stack.of(this).formatArn({ service: 'states', resource, resourceName, arnFormat });
  }

  /** Lets a function start trainings and read their status. */
  grantStart(fn: NodeFunction): void {
    const allow = (action: string, resource: string): void => {
      fn.addToRolePolicy(new PolicyStatement({ actions: [action], resources: [resource] }));
    };
    allow('states:StartExecution', this.machineArn);
    allow('states:DescribeExecution', this.#arn('execution', `${this.#name}:*`));
    const found = `arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:${this.#name}:*`;
    if (fn.role) suppressNag(fn.role, { [`AwsSolutions-IAM5[Resource::${found}]`]: 'every training is an execution' });
  }
}
