import { machineName } from '../compilation/machine-name.ts';
import { executionName } from '../enrolment/enrolment-record.ts';

/** How state machines are named: `stack` begins each name, `machines` each ARN. */
export interface MachineNaming {
  stack: string;
  machines: string;
}

/** An execution of an enrolment. `leg` counts the executions before it. */
export interface ExecutionPlace {
  workspace: string;
  journeyId: string;
  version: number;
  enrolmentId: string;
  leg: number;
}

/**
 * Returns the ARNs that an execution may have: on the machine of the workspace's journey, and on
 * that of the deployed journey. At most one of them exists.
 */
export function executionArnsOf({ stack, machines }: MachineNaming, place: ExecutionPlace): string[] {
  const { workspace, journeyId, leg } = place;
  const prefix = machines.replace(':stateMachine:', ':execution:');
  const names = [machineName(stack, workspace, journeyId), `${stack}-${journeyId}`];
  return names.map((name) => `${prefix}${name}:${executionName(place, leg)}`);
}
