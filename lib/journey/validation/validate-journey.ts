import { checkExperiments, checkGoals, checkSalts, checkShares } from './experiment-rules.ts';
import { checkEntryKeys, checkQuarterHours, checkStartedJourneys } from './entry-rules.ts';
import { type Diagnostic, type ValidationRule } from './diagnostic.ts';
import { type ValidationContext } from './validation-context.ts';
import { checkReferences } from './reference-rules.ts';
import { checkExitAtEntry, checkExitAtWait, checkUnsatisfiable } from './predicate-rules.ts';
import {
  checkAddresses,
  checkClosedDays,
  checkContactHours,
  checkHeaders,
  checkPurposes,
  checkSubjects,
  checkUrls,
} from './message-rules.ts';
import { checkSize, checkDuration, checkResultCount } from './size-rules.ts';
import { checkTemplates } from './template-rules.ts';
import { checkEndlessPaths, checkBusyLoops, checkUnknownSteps, checkUnreachableSteps } from './flow-rules.ts';
import { type JourneyDefinition } from '../definition/journey-definition.ts';

export { type Diagnostic } from './diagnostic.ts';
export { type ValidationContext };

/** Rules for all definitions, in the order of their diagnostics. */
const rules: readonly ValidationRule[] = [
  checkBusyLoops,
  checkSize,
  checkResultCount,
  checkTemplates,
  checkUrls,
  checkHeaders,
  checkAddresses,
  checkPurposes,
  checkSubjects,
  checkClosedDays,
  checkContactHours,
  checkUnsatisfiable,
  checkExitAtEntry,
  checkExitAtWait,
  checkShares,
  checkSalts,
  checkExperiments,
  checkGoals,
  checkEntryKeys,
  checkQuarterHours,
  checkStartedJourneys,
  checkReferences,
];

/**
 * Returns all diagnostics of a definition. Without errors it compiles to a state machine that ends:
 * only `goTo` forms a loop and it has a limit, only `exit` has no next step, and each execution
 * fits the quotas of Step Functions.
 */
export function validateJourney(definition: JourneyDefinition, context: ValidationContext = {}): Diagnostic[] {
  const endless = checkEndlessPaths(definition);
  return [
    ...checkUnknownSteps(definition),
    ...checkUnreachableSteps(definition),
    ...endless,
    ...(endless.length === 0 ? checkDuration(definition, context) : []),
    ...rules.flatMap((rule) => rule(definition, context)),
  ];
}
