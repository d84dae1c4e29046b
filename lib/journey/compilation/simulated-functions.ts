import { type StepFunctions } from './task-states.ts';

/** Function names in the state machine of a simulated journey. */
export const simulatedFunctions: StepFunctions = {
  send: 'send',
  wait: 'wait',
  branch: 'branch',
  decide: 'decide',
  update: 'update',
  assign: 'assign',
  emit: 'emit',
  webhook: 'webhook',
  park: 'park',
};
