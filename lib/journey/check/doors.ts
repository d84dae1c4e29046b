import { type Trigger } from '../entry-rule.ts';
import { error, type Rule, stepsOf, warning } from './fault.ts';

/** Triggers that bring no properties along. */
const bare = (trigger: Trigger): boolean =>
  ['stageEntered', 'segmentJoined', 'churnBand', 'silentFor', 'schedule', 'date'].some((kind) => kind in trigger);

/** An entry key that a trigger never has: all who enter by it have one and the same, the empty one. */
export const entryKeys: Rule = ({ entry: { key, triggers } }) => {
  if (key === undefined) return [];
  return triggers.flatMap((trigger, i) =>
    bare(trigger)
      ? [
          warning(
            'no-entry-key',
            `entry.triggers.${i}`,
            `brings no "${key}": customers enter by it as if there were no key`,
          ),
        ]
      : [],
  );
};

export const started: Rule = (definition, { journeys }) =>
  stepsOf(definition, 'startJourney').flatMap(({ place, step: { journey } }) => {
    const at = `${place}.journey`;
    if (journey === definition.id)
      return [warning('starts-itself', at, 'its own re-entry rule refuses most; lead back by goTo instead')];
    if (journeys === undefined || journeys.includes(journey)) return [];
    return [error('unknown-journey', at, `there is no journey "${journey}"`)];
  });
