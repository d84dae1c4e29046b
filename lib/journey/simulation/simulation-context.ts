import { type Placement } from '../../decision/placements/placement.ts';
import { type Workspace } from '../../model/workspace.ts';
import { type JourneyDefinition } from '../definition/journey-definition.ts';
import { type Population } from './customers/population.ts';
import { type SatisfyingTouchpoint } from './customers/satisfying-touchpoints.ts';
import { type ApplyTouchpoint } from './customers/simulated-customer.ts';

/** What a simulation runs: the journey, its workspace and the simulated customers. */
export interface SimulationContext {
  apply: ApplyTouchpoint;
  definition: JourneyDefinition;
  workspace: Workspace;
  placements: readonly Placement[];
  population: Population;
  /** Touchpoints that customers may make. */
  possibleTouchpoints: readonly SatisfyingTouchpoint[];
  /** Epoch milliseconds. */
  start: number;
}
