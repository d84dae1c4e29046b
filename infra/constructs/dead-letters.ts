import { Duration, Stack } from 'aws-cdk-lib';
import { type Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { type Construct } from 'constructs';
import { type FunctionsNeeding } from '../functions/function-table.ts';
import { suppressNag } from './suppress-nag.ts';
import { type NodeFunction } from './node-function.ts';

/** Where work ends that failed too often: kept as long as SQS keeps anything, two weeks, and looked at by an alarm. */
export class DeadLetterQueue extends Queue {
  constructor(scope: Construct, id: string, name: string) {
    super(scope, id, {
      queueName: `${Stack.of(scope).stackName}-${name}`,
      retentionPeriod: Duration.days(14),
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
    });
    suppressNag(this, { 'AwsSolutions-SQS3': 'this is the dead-letter queue' });
  }

  /** Sending and nothing else: who writes letters need not know how many there are. */
  override grantSendMessages(grantee: IGrantable): Grant {
    return this.grant(grantee, 'sqs:SendMessage');
  }

  /** Lets a function put letters here itself, with the reason, and tells it the queue. */
  grantSend(fn: NodeFunction<FunctionsNeeding<'DEAD_LETTER_QUEUE_URL'>>): void {
    this.grantSendMessages(fn);
    fn.give('DEAD_LETTER_QUEUE_URL', this.queueUrl);
  }
}
