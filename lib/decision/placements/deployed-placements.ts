import nextContact from '../../../events/placements/next-contact.json' with { type: 'json' };
import winBack from '../../../events/placements/win-back.json' with { type: 'json' };
import { Placement } from './placement.ts';

/** The placements every workspace has, unless it stores one of its own under the same id. The shipped journeys ask for them. */
export const deployedPlacements: ReadonlyMap<string, Placement> = new Map(
  [nextContact, winBack].map((definition) => [definition.id, Placement.parse(definition)]),
);
