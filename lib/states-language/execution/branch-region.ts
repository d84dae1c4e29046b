import { type Flow } from './execution-branch.ts';
import { type Region } from '../definition/compile-machine.ts';

/** The branch of a Parallel, or the iteration of a Map, that a flow's present state holds. */
export function regionBelow(parent: Flow, place: number): Region {
  const state = parent.region.states.get(parent.state);
  const region =
    state?.type === 'Map' ? state.processor : state?.type === 'Parallel' ? state.branches[place] : undefined;
  if (!region) throw new Error(`state ${parent.state} has no branch ${place}`);
  return region;
}
