import { experiments, goals, salts, shares } from './experiment-rules.ts';
import { entryKeys, offQuarters, started } from './entry-rules.ts';
import { type Fault, type Rule } from './diagnostic.ts';
import { type Surroundings } from './validation-context.ts';
import { unknownNames } from './reference-rules.ts';
import { exitAtEntry, exitAtWait, neverMet } from './predicate-rules.ts';
import { addresses, closedDays, contactHours, headers, purposes, subjects, urls } from './message-rules.ts';
import { tooLarge, tooLong, tooManyResults } from './size-rules.ts';
import { texts } from './template-rules.ts';
import { endlessWays, idleLoops, unknownSteps, unreachableSteps } from './flow-rules.ts';
import { type JourneyDefinition } from '../definition/journey-definition.ts';

export { type Fault } from './diagnostic.ts';
export { type Surroundings };

/** What can be asked of any definition, in the order in which it is told. */
const rules: readonly Rule[] = [
  idleLoops,
  tooLarge,
  tooManyResults,
  texts,
  urls,
  headers,
  addresses,
  purposes,
  subjects,
  closedDays,
  contactHours,
  neverMet,
  exitAtEntry,
  exitAtWait,
  shares,
  salts,
  experiments,
  goals,
  entryKeys,
  offQuarters,
  started,
  unknownNames,
];

/**
 * Everything that is wrong with a definition, before anything runs. No errors: it compiles to a state machine that ends, because ways
 * lead in a circle only by `goTo`, which has a limit, only an `exit` has no way out, and every execution fits what Step Functions gives it.
 */
export function check(definition: JourneyDefinition, surroundings: Surroundings = {}): Fault[] {
  const endless = endlessWays(definition);
  return [
    ...unknownSteps(definition),
    ...unreachableSteps(definition),
    ...endless,
    ...(endless.length === 0 ? tooLong(definition, surroundings) : []),
    ...rules.flatMap((rule) => rule(definition, surroundings)),
  ];
}
