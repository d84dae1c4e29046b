import { type SFNClient } from '@aws-sdk/client-sfn';
import { enrolmentStore } from '../journey/enrolment-store.ts';
import { type Gate, gate } from '../journey/gate.ts';
import { handOver } from '../journey/hand-over.ts';
import { journeyStore } from '../journey/journey-store.ts';
import { taskStore } from '../journey/task-store.ts';
import { profileStore } from '../profile/store.ts';
import { systemClock as clock } from '../time.ts';
import { stepFunctions } from './executions.ts';
import { type Table } from './table.ts';

/** The gate of journeys in a table, as every step's function asks it. */
export function journeyGate(table: Table, client: SFNClient): Gate {
  const journeys = journeyStore(table, { clock });
  const stores = { profiles: profileStore(table), enrolments: enrolmentStore(table), tasks: taskStore(table) };
  return gate({ journeys, handOver: handOver({ ...stores, journeys, executions: stepFunctions(client), clock }) });
}
