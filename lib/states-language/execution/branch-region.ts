import { type ExecutionBranch } from './execution-branch.ts';
import { type CompiledRegion } from '../definition/compile-machine.ts';

/** The branch of a Parallel, or the iteration of a Map, that a flow's present state holds. */
export function regionBelow(parent: ExecutionBranch, place: number): CompiledRegion {
  const state = parent.region.states.get(parent.state);
  const region =
    state?.type === 'Map' ? state.processor : state?.type === 'Parallel' ? state.branches[place] : undefined;
  if (!region) throw new Error(`state ${parent.state} has no branch ${place}`);
  return region;
}
