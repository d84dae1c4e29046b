import { type Trigger } from '../definition/trigger.ts';
import { errorAt, type ValidationRule, stepsOfKind, warningAt } from './diagnostic.ts';

/**
 * Returns the properties that a trigger provides. Returns undefined if the source of the trigger
 * decides.
 */
function providedBy(trigger: Trigger): string[] | undefined {
  if ('stageEntered' in trigger) return ['stage'];
  if ('segmentJoined' in trigger) return ['segment'];
  if ('churnBand' in trigger) return ['band', 'score'];
  if ('silentFor' in trigger) return ['for'];
  if ('schedule' in trigger) return ['time'];
  return 'date' in trigger ? ['date', trigger.date.trait] : undefined;
}

/** Reports a trigger that never provides the entry key, so that it can start no enrolment. */
export const checkEntryKeys: ValidationRule = ({ entry: { key, triggers } }) => {
  if (key === undefined) return [];
  return triggers.flatMap((trigger, i) => {
    const provided = providedBy(trigger);
    if (!provided || provided.includes(key)) return [];
    const hint = `no customer enters by it: it has ${provided.join(' and ')}, but no entry key "${key}"`;
    return [errorAt('no-entry-key', `entry.triggers.${i}`, hint)];
  });
};

/** Returns the time of day in a trigger, such as `09:30`. */
function timeOf(trigger: Trigger): string | undefined {
  if ('date' in trigger) return trigger.date.at;
  if (!('schedule' in trigger)) return undefined;
  return 'at' in trigger.schedule ? trigger.schedule.at.slice(11, 16) : trigger.schedule.time;
}

/**
 * Warns about times off the quarter hour. Schedules run on the quarter hour
 * (`docs/decisions/times-come-by-the-quarter-hour.md`).
 */
export const checkQuarterHours: ValidationRule = ({ entry: { triggers } }) =>
  triggers.flatMap((trigger, i) => {
    const time = timeOf(trigger);
    if (time === undefined || Number(time.slice(3)) % 15 === 0) return [];
    return [warningAt('off-quarter', `entry.triggers.${i}`, `${time} is carried out at the next quarter of an hour`)];
  });

/** Reports steps that start an unknown journey, and warns about those that start their own. */
export const checkStartedJourneys: ValidationRule = (definition, { journeys }) =>
  stepsOfKind(definition, 'startJourney').flatMap(({ place, step: { journey } }) => {
    const at = `${place}.journey`;
    if (journey === definition.id)
      return [warningAt('starts-itself', at, 'its own re-entry rule rejects most entries: lead back by goTo instead')];
    if (journeys === undefined || journeys.includes(journey)) return [];
    return [errorAt('unknown-journey', at, `there is no journey "${journey}"`)];
  });
