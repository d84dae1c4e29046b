import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { type Construct } from 'constructs';
import { type Watched } from './capabilities/alarm-watches.ts';
import { Alarms } from './capabilities/alarms.ts';
import { ChurnCapability } from './capabilities/churn.ts';
import { EdgeDistribution } from './constructs/edge.ts';
import { DecisionCapability } from './capabilities/decision.ts';
import { type Settings } from './environments.ts';
import { Foundation } from './foundation.ts';
import { IngestionCapability } from './capabilities/ingestion.ts';
import { JourneyCapability } from './capabilities/journey.ts';
import { grantStop, grantWake } from './capabilities/journey-steps.ts';
import { MapCapability } from './capabilities/map.ts';
import { ProfileCapability } from './capabilities/profile.ts';
import { ReportCapability } from './capabilities/report.ts';
import { warnOfNoReserve } from './functions/reserved-concurrency.ts';

interface WatchedCapabilities {
  foundation: Foundation;
  profile: ProfileCapability;
  decision: DecisionCapability;
  churn: ChurnCapability;
  journey: JourneyCapability;
  report: ReportCapability;
}

const watchedBy = ({ foundation, profile, decision, churn, journey, report }: WatchedCapabilities): Watched => ({
  gateway: foundation.gateway,
  functions: [
    profile.project,
    profile.relay,
    profile.refresh,
    decision.personalize,
    decision.learn,
    decision.tune,
    ...churn.functions,
    ...journey.background,
    ...report.functions,
  ],
  streamConsumers: [profile.project, profile.relay],
  deadLetters: {
    DeadLetters: foundation.deadLetters,
    ProjectDeadLetters: profile.projectDeadLetters,
    RelayDeadLetters: profile.relayDeadLetters,
  },
  machines: journey.machines,
  training: churn.training,
});

/** All of Throughline in one stack: the capabilities share one table, one bus and one API. */
export class ThroughlineStack extends Stack {
  constructor(scope: Construct, id: string, { settings, ...props }: StackProps & { settings: Settings }) {
    super(scope, id, props);
    warnOfNoReserve(this, settings);
    const foundation = new Foundation(this, 'Foundation', settings);
    new IngestionCapability(this, 'Ingestion', foundation);
    const profile = new ProfileCapability(this, 'Profile', foundation);
    const decision = new DecisionCapability(this, 'Decision', foundation);
    const churn = new ChurnCapability(this, 'Churn', foundation);
    const journey = new JourneyCapability(this, 'Journey', { foundation, decide: decision.personalize });
    grantWake(profile.relay);
    grantStop(profile.relay);
    new MapCapability(this, 'Map', foundation);
    const report = new ReportCapability(this, 'Report', foundation);

    const edge = new EdgeDistribution(this, 'Edge', { settings, host: foundation.gateway.host });
    const watched = watchedBy({ foundation, profile, decision, churn, journey, report });
    new Alarms(this, 'Alarms', { settings, watched });
    new CfnOutput(this, 'TableName', { value: foundation.table.table.tableName });
    new CfnOutput(this, 'BusName', { value: foundation.bus.eventBusName });

    new CfnOutput(this, 'Url', { value: edge.url(settings) });
  }
}
