import nextContact from '#events/placements/next-contact.json' with { type: 'json' };
import winBack from '#events/placements/win-back.json' with { type: 'json' };
import { Placement } from './placement.ts';

/**
 * Placements of every workspace, unless it stores one of the same id. The shipped journeys use
 * them.
 */
export const deployedPlacements: ReadonlyMap<string, Placement> = new Map(
  [nextContact, winBack].map((definition) => [definition.id, Placement.parse(definition)]),
);
