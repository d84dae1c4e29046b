import { Annotations, Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IAlarmAction, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { allWatches, type Watch, type Watched } from './alarm-watches.ts';
import { type Settings } from '../environments.ts';

const tellsNobody =
  'The alarms notify no address: set `alarmEmail` or `alarmTopicArn` of this environment in infra/environments.ts';

/** The anchor of a heading in a Markdown page. */
export const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-');

/**
 * Alarms for work that will not complete without an operator. Missing data is not breaching,
 * because an idle system is healthy.
 */
export class Alarms extends Construct {
  readonly #action: IAlarmAction | undefined;

  constructor(scope: Construct, id: string, props: { settings: Settings; watched: Watched }) {
    super(scope, id);
    const { settings, watched } = props;
    if (!settings.alarms) return;
    this.#action = this.#actionOf(settings);
    if (!this.#action) Annotations.of(this).addWarningV2('throughline:alarms-tell-nobody', tellsNobody);
    const watches = allWatches(watched, Stack.of(this).stackName);
    for (const [name, watch] of Object.entries(watches)) this.#alarm(name, watch);
  }

  #alarm(name: string, { heading, what, metric, threshold, periods = 1 }: Watch): void {
    const alarm = new Alarm(this, name, {
      alarmDescription: `${what}. What to do: docs/runbook.md#${anchorOf(heading)}`,
      metric,
      threshold,
      evaluationPeriods: periods,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    if (this.#action) alarm.addAlarmAction(this.#action);
  }

  #actionOf({ alarmEmail, alarmTopicArn }: Settings): IAlarmAction | undefined {
    if (alarmTopicArn) return new SnsAction(Topic.fromTopicArn(this, 'Topic', alarmTopicArn));
    if (!alarmEmail) return undefined;
    const topic = new Topic(this, 'Topic', { enforceSSL: true });
    topic.addSubscription(new EmailSubscription(alarmEmail));
    return new SnsAction(topic);
  }
}
