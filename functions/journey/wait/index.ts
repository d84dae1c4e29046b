import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SFNClient } from '@aws-sdk/client-sfn';
import { readEnv } from '../../../lib/aws/env.ts';
import { stepFunctions } from '../../../lib/aws/executions.ts';
import { lean } from '../../../lib/aws/lean.ts';
import { dynamoTable } from '../../../lib/aws/table.ts';
import { workspaceStore } from '../../../lib/ingestion/store.ts';
import { heldStore } from '../../../lib/journey/held-store.ts';
import { journeyStore } from '../../../lib/journey/journey-store.ts';
import { touchpointsSince } from '../../../lib/journey/owners.ts';
import { taskStore } from '../../../lib/journey/task-store.ts';
import { profileStore } from '../../../lib/profile/store.ts';
import { systemClock } from '../../../lib/time.ts';
import { Env } from './env.ts';
import { wait } from './handler.ts';

const table = dynamoTable(new DynamoDBClient(lean), readEnv(Env).TABLE_NAME);

export const handler = wait({
  profiles: profileStore(table),
  workspaces: workspaceStore(table),
  journeys: journeyStore(table, { clock: systemClock }),
  held: heldStore(table),
  tasks: taskStore(table),
  executions: stepFunctions(new SFNClient(lean)),
  touchpointsSince: (profile, since) => touchpointsSince(table, profile, since),
});
