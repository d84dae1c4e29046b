import { type MachineDefinition, type RegionDefinition, type StateDefinition } from './machine-definition.ts';

/** Longest name of a state. Characters. */
const maxNameLength = 80;
/** Largest definition that Step Functions takes. Bytes. */
export const maxDefinitionBytes = 1_048_576;

type States = [name: string, state: StateDefinition][];
const statesOf = (region: RegionDefinition): States => Object.entries(region.States);

/** The regions inside a state, each with variables of its own. */
function regionsIn(state: StateDefinition): RegionDefinition[] {
  if (state.Type === 'Parallel') return state.Branches;
  return state.Type === 'Map' ? [state.ItemProcessor] : [];
}

/** Every state of a region and of all regions inside it. */
function allStates(region: RegionDefinition): States {
  return statesOf(region).flatMap(([name, state]) => [[name, state], ...regionsIn(state).flatMap(allStates)] as States);
}

const catchersOf = (state: StateDefinition) => ('Catch' in state ? state.Catch : []);

/** Returns the states that may follow a state. */
function targetsOf(state: StateDefinition): string[] {
  const next = 'Next' in state ? state.Next : undefined;
  const chosen = state.Type === 'Choice' ? [...state.Choices.map((rule) => rule.Next), state.Default] : [];
  return [next, ...catchersOf(state).map((catcher) => catcher.Next), ...chosen].filter((name) => name !== undefined);
}

function checkNames(all: States): void {
  const seen = new Set<string>();
  for (const [name] of all) {
    if (Array.from(name).length > maxNameLength)
      throw new Error(`the state name "${name}" is longer than ${maxNameLength}`);
    if (seen.has(name)) throw new Error(`two states are named "${name}"`);
    seen.add(name);
  }
}

/**
 * Checks what Step Functions rejects in a definition whose shape is valid. Throws an Error that
 * names the state. A definition that runs here is accepted there.
 */
export function checkRules(machine: MachineDefinition): void {
  const all = allStates(machine);
  checkNames(all);
  checkTransitions(machine);
  checkVariables(machine, new Set());
  for (const [name, state] of all) {
    if ('Retry' in state) checkWildcards(name, state.Retry);
    checkWildcards(name, catchersOf(state));
    if (state.Type === 'Task') checkHeartbeat(name, state);
  }
}

/** Checks that every target is a state of the same region, and every state is reachable. */
function checkTransitions(region: RegionDefinition): void {
  const reached = new Set<string>();
  const ahead = [region.StartAt];
  for (let name = ahead.pop(); name !== undefined; name = ahead.pop()) {
    if (reached.has(name)) continue;
    reached.add(name);
    const state = Object.hasOwn(region.States, name) ? region.States[name] : undefined;
    if (!state) throw new Error(`there is no state "${name}"`);
    ahead.push(...targetsOf(state));
  }
  for (const [name, state] of statesOf(region)) {
    if (!reached.has(name)) throw new Error(`state "${name}" is not reachable`);
    regionsIn(state).forEach(checkTransitions);
  }
}

/**
 * Checks that a variable assigned in a region is assigned in no region inside it. `outer` are the
 * variables of the regions around.
 */
function checkVariables(region: RegionDefinition, outer: ReadonlySet<string>): void {
  const own = statesOf(region).flatMap(([, state]) => assignedBy(state));
  const shadowing = own.find((variable) => outer.has(variable));
  if (shadowing !== undefined) throw new Error(`the variable "${shadowing}" is assigned further out too`);
  const names = new Set([...outer, ...own]);
  for (const [, state] of statesOf(region)) for (const inner of regionsIn(state)) checkVariables(inner, names);
}

function assignedBy(state: StateDefinition): string[] {
  const rules = state.Type === 'Choice' ? state.Choices : [];
  const assigns = [
    'Assign' in state ? state.Assign : undefined,
    ...[...rules, ...catchersOf(state)].map((part) => part.Assign),
  ];
  return assigns.flatMap((assign) => Object.keys(assign ?? {}));
}

/** Checks that `States.ALL` is alone in its handler, and the handler is the last. */
function checkWildcards(name: string, handlers: readonly { ErrorEquals: string[] }[]): void {
  handlers.forEach(({ ErrorEquals }, index) => {
    if (!ErrorEquals.includes('States.ALL')) return;
    if (ErrorEquals.length > 1) throw new Error(`state "${name}": States.ALL must stand alone`);
    if (index < handlers.length - 1) throw new Error(`state "${name}": States.ALL must come last`);
  });
}

function checkHeartbeat(
  name: string,
  { HeartbeatSeconds: beat, TimeoutSeconds: timeout }: Extract<StateDefinition, { Type: 'Task' }>,
): void {
  if (typeof beat === 'number' && typeof timeout === 'number' && beat >= timeout)
    throw new Error(`state "${name}": HeartbeatSeconds must be smaller than TimeoutSeconds`);
}
