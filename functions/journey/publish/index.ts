import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SFNClient } from '@aws-sdk/client-sfn';
import { readEnv } from '../../../lib/aws/env.ts';
import { api } from '../../../lib/aws/http.ts';
import { lean } from '../../../lib/aws/lean.ts';
import { stateMachines } from '../../../lib/aws/machines.ts';
import { dynamoTable } from '../../../lib/aws/table.ts';
import { placementStore } from '../../../lib/decision/placement-store.ts';
import { workspaceStore } from '../../../lib/ingestion/store.ts';
import { type StepFunctions } from '../../../lib/journey/compile.ts';
import { enrolmentStore } from '../../../lib/journey/enrolment-store.ts';
import { journeyStore } from '../../../lib/journey/journey-store.ts';
import { publishStore } from '../../../lib/journey/publish-store.ts';
import { publisher } from '../../../lib/journey/publisher.ts';
import { shippedJourneys } from '../../../lib/journey/shipped.ts';
import { segmentStore } from '../../../lib/profile/segment-store.ts';
import { systemClock } from '../../../lib/time.ts';
import { Env } from './env.ts';
import { publishRoutes } from './handler.ts';

const env = readEnv(Env);
const table = dynamoTable(new DynamoDBClient(lean), env.TABLE_NAME);
const clock = systemClock;
const workspaces = workspaceStore(table);
const journeys = journeyStore(table, { clock });
const machines = stateMachines(new SFNClient(lean), {
  arnPrefix: env.MACHINES,
  roleArn: env.MACHINE_ROLE_ARN,
  logGroupArn: env.MACHINE_LOG_ARN,
});
// The template writes all of them: `infra/journey.ts` is typed by the compiler's names.
const functions = env.STEP_FUNCTIONS as StepFunctions;

export const handler = api(
  workspaces,
  publishRoutes({
    journeys,
    machines,
    clock,
    enrolments: enrolmentStore(table),
    publisher: publisher({
      workspaces,
      journeys,
      machines,
      functions,
      clock,
      drafts: publishStore(table),
      segments: segmentStore(table, clock),
      placements: placementStore(table, clock),
      stack: env.STACK,
      shipped: shippedJourneys,
      local: env.AWS_ENDPOINT_URL_DYNAMODB !== undefined,
    }),
  }),
);
