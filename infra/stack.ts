import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { type Construct } from 'constructs';
import { Churn } from './churn.ts';
import { Edge } from './constructs/edge.ts';
import { Decision } from './decision.ts';
import { type Settings } from './environments.ts';
import { Foundation } from './foundation.ts';
import { Ingestion } from './ingestion.ts';
import { Journey } from './journey.ts';
import { Profile } from './profile.ts';

/** All of Throughline in one stack: the capabilities stand on one table, one bus and one API. */
export class ThroughlineStack extends Stack {
  constructor(scope: Construct, id: string, { settings, ...props }: StackProps & { settings: Settings }) {
    super(scope, id, props);
    const foundation = new Foundation(this, 'Foundation', settings);
    new Ingestion(this, 'Ingestion', foundation);
    const profile = new Profile(this, 'Profile', foundation);
    const decision = new Decision(this, 'Decision', foundation);
    new Churn(this, 'Churn', foundation);
    const journey = new Journey(this, 'Journey', { foundation, decide: decision.personalize });
    journey.grantSteer(profile.relay);

    const edge = new Edge(this, 'Edge', { settings, host: foundation.gateway.host });
    new CfnOutput(this, 'Url', { value: edge.url(settings) });
  }
}
