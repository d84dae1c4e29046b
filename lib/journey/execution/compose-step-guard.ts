import { type SFNClient } from '@aws-sdk/client-sfn';
import { enrolmentStore } from '../enrolment/enrolment-store.ts';
import { type StepGuard, createStepGuard } from './step-guard.ts';
import { createEnrolmentMigrator } from './migrate-enrolment.ts';
import { journeyStore } from '../publishing/journey-store.ts';
import { taskStore } from './human-task-store.ts';
import { profileStore } from '../../profile/profile-store.ts';
import { systemClock as clock } from '../../shared/time.ts';
import { stepFunctions } from '../../aws/step-functions/executions.ts';
import { type Table } from '../../aws/table/dynamo-table.ts';

/** Creates the step guard from a table and a client, for the function of each step. */
export function composeStepGuard(table: Table, client: SFNClient): StepGuard {
  const journeys = journeyStore(table, { clock });
  const stores = { profiles: profileStore(table), enrolments: enrolmentStore(table), tasks: taskStore(table) };
  return createStepGuard({
    journeys,
    migrateEnrolment: createEnrolmentMigrator({ ...stores, journeys, executions: stepFunctions(client), clock }),
  });
}
