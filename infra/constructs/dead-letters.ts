import { Duration, Stack } from 'aws-cdk-lib';
import { type Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { type Construct } from 'constructs';
import { type FunctionsNeeding } from '../functions/function-table.ts';
import { suppressNag } from './suppress-nag.ts';
import { type NodeFunction } from './node-function.ts';

/** A queue for failed work. Retention is 14 days, the maximum of SQS. An alarm watches it. */
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

  /** Grants sending only: a writer of letters need not read the queue's attributes. */
  override grantSendMessages(grantee: IGrantable): Grant {
    return this.grant(grantee, 'sqs:SendMessage');
  }

  /** Lets a function send letters with a reason, and sets its variable of the queue's URL. */
  grantSend(fn: NodeFunction<FunctionsNeeding<'DEAD_LETTER_QUEUE_URL'>>): void {
    this.grantSendMessages(fn);
    fn.give('DEAD_LETTER_QUEUE_URL', this.queueUrl);
  }
}
