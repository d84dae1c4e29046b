import { type StepFunctions } from './task-states.ts';

/** The names that a simulated journey's machine calls its functions by. */
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
