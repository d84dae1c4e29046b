import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SFNClient } from '@aws-sdk/client-sfn';
import { readEnv } from '#lib/aws/env.ts';
import { api } from '#lib/aws/http/api-function.ts';
import { sdkClientDefaults } from '#lib/aws/sdk-client-defaults.ts';
import { stateMachines } from '#lib/aws/step-functions/state-machines.ts';
import { dynamoTable } from '#lib/aws/table/dynamo-table.ts';
import { placementStore } from '#lib/decision/placements/placement-store.ts';
import { workspaceStore } from '#lib/ingestion/workspace/workspace-store.ts';
import { type StepFunctions } from '#lib/journey/compilation/compile-journey.ts';
import { enrolmentStore } from '#lib/journey/enrolment/enrolment-store.ts';
import { journeyStore } from '#lib/journey/publishing/journey-store.ts';
import { publishStore } from '#lib/journey/publishing/version-store.ts';
import { createJourneyPublisher } from '#lib/journey/publishing/publish-journey.ts';
import { deployedJourneys } from '#lib/journey/publishing/deployed-journeys.ts';
import { segmentStore } from '#lib/segment/segment-store.ts';
import { systemClock } from '#lib/shared/time.ts';
import { Env } from './env.ts';
import { handlePublishRoutes } from './handler.ts';

const env = readEnv(Env);
const table = dynamoTable(new DynamoDBClient(sdkClientDefaults), env.TABLE_NAME);
const clock = systemClock;
const workspaces = workspaceStore(table);
const journeys = journeyStore(table, { clock });
const machines = stateMachines(new SFNClient(sdkClientDefaults), {
  arnPrefix: env.MACHINES,
  roleArn: env.MACHINE_ROLE_ARN,
  logGroupArn: env.MACHINE_LOG_ARN,
});
// The template sets all of them: `infra/capabilities/journey.ts` is typed by the compiler's names.
const functions = env.STEP_FUNCTIONS as StepFunctions;

export const handler = api(
  workspaces,
  handlePublishRoutes({
    journeys,
    machines,
    clock,
    enrolments: enrolmentStore(table),
    publisher: createJourneyPublisher({
      workspaces,
      journeys,
      machines,
      functions,
      clock,
      drafts: publishStore(table),
      segments: segmentStore(table, clock),
      placements: placementStore(table, clock),
      stack: env.STACK,
      shipped: deployedJourneys,
      local: env.AWS_ENDPOINT_URL_DYNAMODB !== undefined,
    }),
  }),
);
