import { experiments, goals, salts, shares } from './check/chances.ts';
import { entryKeys, offQuarters, started } from './check/doors.ts';
import { type Fault, type Rule, type Surroundings } from './check/fault.ts';
import { unknownNames } from './check/names.ts';
import { exitAtEntry, exitAtWait, neverMet } from './check/predicates.ts';
import { addresses, closedDays, contactHours, headers, purposes, subjects, urls } from './check/sends.ts';
import { tooLarge, tooLong, tooManyResults } from './check/sizes.ts';
import { texts } from './check/texts.ts';
import { endlessWays, idleLoops, unknownSteps, unreachableSteps } from './check/ways.ts';
import { type JourneyDefinition } from './definition.ts';

export { type Fault, type Surroundings } from './check/fault.ts';

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
