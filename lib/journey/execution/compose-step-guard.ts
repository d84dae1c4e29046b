import { type SFNClient } from '@aws-sdk/client-sfn';
import { enrolmentStore } from '../enrolment/enrolment-store.ts';
import { type Gate, gate } from './step-guard.ts';
import { handOver } from './migrate-enrolment.ts';
import { journeyStore } from '../publishing/journey-store.ts';
import { taskStore } from './human-task-store.ts';
import { profileStore } from '../../profile/profile-store.ts';
import { systemClock as clock } from '../../shared/time.ts';
import { stepFunctions } from '../../aws/step-functions/executions.ts';
import { type Table } from '../../aws/table/dynamo-table.ts';

/** The gate of journeys in a table, as every step's function asks it. */
export function journeyGate(table: Table, client: SFNClient): Gate {
  const journeys = journeyStore(table, { clock });
  const stores = { profiles: profileStore(table), enrolments: enrolmentStore(table), tasks: taskStore(table) };
  return gate({ journeys, handOver: handOver({ ...stores, journeys, executions: stepFunctions(client), clock }) });
}
