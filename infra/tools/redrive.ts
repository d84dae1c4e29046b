import { parseArgs } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { eventBus } from '../../lib/aws/bus.ts';
import { stepFunctions } from '../../lib/aws/step-functions/executions.ts';
import { dynamoTable } from '../../lib/aws/table/dynamo-table.ts';
import { workspaceStore } from '../../lib/ingestion/workspace/workspace-store.ts';
import { enrolmentStore } from '../../lib/journey/enrolment/enrolment-store.ts';
import { inAppStore } from '../../lib/journey/messaging/channels/in-app-store.ts';
import { taskStore } from '../../lib/journey/execution/human-task-store.ts';
import { waitStore } from '../../lib/journey/execution/wait-store.ts';
import { createJourneySignalHandler } from '../../lib/journey/execution/journey-signals.ts';
import { createMembershipIndex } from '../../lib/segment/membership-index.ts';
import { redriveStore } from '../../lib/projection/repair/redrive-store.ts';
import { profileStore } from '../../lib/profile/profile-store.ts';
import { systemClock } from '../../lib/shared/time.ts';
import { redrive, type Redriving, type Wanted } from './dead-letters/redrive-letters.ts';
import { type Environment, environmentOptions, environmentUsage, findEnvironment } from './script-environment.ts';

const usage = `npm run redrive              brings back what the dead letters of project and relay say, each once
npm run redrive -- --list    shows the letters and does nothing (--dry-run is the same)
Options: --function project|relay, --reason <beginning>, --customer <id, u:…, a:… or workspace#u:…>,
  ${environmentUsage}`;

export type Clients = Pick<Redriving, 'sqs' | 'streams'> & {
  dynamodb: DynamoDBClient;
  eventbridge: EventBridgeClient;
  sfn: SFNClient;
};

/** Dependencies of a redrive in one environment. */
export function redriving(
  { stack, table: name }: Environment,
  clients: Clients,
  print: (line: string) => void,
): Redriving {
  const table = dynamoTable(clients.dynamodb, name);
  const profiles = profileStore(table);
  return {
    ...{ sqs: clients.sqs, streams: clients.streams, stack, table, profiles, print },
    bus: eventBus(clients.eventbridge, stack),
    workspaces: workspaceStore(table),
    redriven: redriveStore(table, systemClock),
    directory: createMembershipIndex(table),
    journeys: createJourneySignalHandler({
      profiles,
      enrolments: enrolmentStore(table),
      waits: waitStore(table),
      tasks: taskStore(table),
      inApp: inAppStore(table),
      executions: stepFunctions(clients.sfn),
    }),
  };
}

async function main(): Promise<void> {
  const options = {
    ...environmentOptions,
    list: { type: 'boolean', default: false },
    'dry-run': { type: 'boolean', default: false },
    function: { type: 'string' },
    reason: { type: 'string' },
    customer: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  } as const;
  const { values } = parseArgs({ options });
  if (values.help) return console.log(usage);
  if (values.function !== undefined && !['project', 'relay'].includes(values.function)) throw new Error(usage);
  const environment = await findEnvironment(values);
  const clients = {
    ...{ sqs: new SQSClient({}), streams: new DynamoDBStreamsClient({}), dynamodb: new DynamoDBClient({}) },
    ...{ eventbridge: new EventBridgeClient({}), sfn: new SFNClient({}) },
  };
  const wanted: Wanted = { ...values, list: values.list || values['dry-run'] };
  const counts = await redrive(redriving(environment, clients, console.log), wanted);
  const total = Object.entries(counts).map(([name, n]) => `${n} ${name}`);
  console.log(
    total.length > 0
      ? total.join(', ')
      : 'no letter can be read now; those of a run cut short show again within 15 minutes',
  );
  if ((counts.failed ?? 0) + (counts.ambiguous ?? 0) > 0) process.exitCode = 1;
}

if (import.meta.main)
  await main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
