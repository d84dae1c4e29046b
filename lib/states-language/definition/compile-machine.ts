import { type Json } from '../../shared/json.ts';
import {
  MachineDefinition,
  type DefinitionOf,
  type RegionDefinition,
  type Retrier,
  type StateDefinition,
} from './machine-definition.ts';
import { type Place } from '../expressions/expression.ts';
import { parseResource, type Resource } from './task-resource.ts';
import { checkRules, maxDefinitionBytes } from './definition-rules.ts';
import { compileTemplate, type Template } from '../expressions/expression-template.ts';

/** What a state tells the next one; without a template its result, or where it has none its input. */
interface Products {
  assign: Template | undefined;
  output: Template | undefined;
}
export interface Catcher extends Products {
  errorEquals: string[];
  next: string;
}
export interface Rule extends Products {
  condition: Template;
  next: string;
}
interface Common extends Products {
  name: string;
  /** Undefined where the state ends its region. */
  next: string | undefined;
  retry: Retrier[];
  catch: Catcher[];
}

export type State = Common &
  (
    | { type: 'Pass' | 'Succeed' }
    | { type: 'Fail'; error: Template | undefined; cause: Template | undefined }
    | { type: 'Wait'; seconds: Template | undefined; timestamp: Template | undefined }
    | { type: 'Choice'; rules: Rule[]; otherwise: string | undefined }
    | {
        type: 'Task';
        resource: Resource;
        arguments: Template | undefined;
        timeout: Template | undefined;
        heartbeat: Template | undefined;
      }
    | { type: 'Parallel'; arguments: Template | undefined; branches: Region[] }
    | {
        type: 'Map';
        items: Template | undefined;
        selector: Template | undefined;
        concurrency: Template | undefined;
        processor: Region;
      }
  );
export type StateOf<Type extends State['type']> = Extract<State, { type: Type }>;

export interface Region {
  startAt: string;
  states: ReadonlyMap<string, State>;
}
export interface Machine extends Region {
  timeoutSeconds: number | undefined;
}

type Now = () => number;
type Optional = Json | undefined;

/** Parses, checks and compiles a definition, every expression once. Throws with the state's name for what Step Functions would not take. */
export function compileMachine(definition: string, now: Now): Machine {
  if (Buffer.byteLength(definition) > maxDefinitionBytes) throw new Error('the definition is larger than 1 MiB');
  const machine = MachineDefinition.parse(JSON.parse(definition));
  checkRules(machine);
  return { ...compileRegion(machine, now), timeoutSeconds: machine.TimeoutSeconds };
}

function compileRegion(region: RegionDefinition, now: Now): Region {
  const states = Object.entries(region.States).map(([name, state]) => [name, compileNamed(name, state, now)] as const);
  return { startAt: region.StartAt, states: new Map(states) };
}

function compileNamed(name: string, state: StateDefinition, now: Now): State {
  try {
    return compileState(name, state, now);
  } catch (error) {
    throw new Error(`state "${name}": ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function compileState(name: string, state: StateDefinition, now: Now): State {
  const field = (value: Optional, location: string) =>
    value === undefined ? undefined : compileTemplate(value, { location, now });
  const common = commonOf(name, state, now);
  switch (state.Type) {
    case 'Pass':
    case 'Succeed':
      return { ...common, type: state.Type };
    case 'Fail':
      return { ...common, type: 'Fail', error: field(state.Error, 'Error'), cause: field(state.Cause, 'Cause') };
    case 'Wait':
      return { ...common, type: 'Wait', ...waitOf(state, now) };
    case 'Choice':
      return {
        ...common,
        type: 'Choice',
        rules: state.Choices.map((rule, index) => ruleOf(rule, index, now)),
        otherwise: state.Default,
      };
    case 'Task':
      return {
        ...common,
        type: 'Task',
        resource: parseResource(state.Resource),
        arguments: field(state.Arguments, 'Arguments'),
        timeout: field(state.TimeoutSeconds, 'TimeoutSeconds'),
        heartbeat: field(state.HeartbeatSeconds, 'HeartbeatSeconds'),
      };
    case 'Parallel':
      return {
        ...common,
        type: 'Parallel',
        arguments: field(state.Arguments, 'Arguments'),
        branches: state.Branches.map((branch) => compileRegion(branch, now)),
      };
    case 'Map':
      return {
        ...common,
        type: 'Map',
        items: field(state.Items, 'Items'),
        selector: field(state.ItemSelector, 'ItemSelector'),
        concurrency: field(state.MaxConcurrency, 'MaxConcurrency'),
        processor: compileRegion(state.ItemProcessor, now),
      };
  }
}

function commonOf(name: string, state: StateDefinition, now: Now): Common {
  const next = 'Next' in state ? state.Next : undefined;
  const ends = 'End' in state && state.End === true;
  const needsWay = !['Succeed', 'Fail', 'Choice'].includes(state.Type);
  if (needsWay && (next === undefined) !== ends) throw new Error('needs either Next or End');
  return {
    name,
    next,
    ...productsOf(state, { location: '', now, ...('Retry' in state && { sees: ['result'] }) }),
    retry: 'Retry' in state ? state.Retry : [],
    catch: ('Catch' in state ? state.Catch : []).map((catcher, index) => ({
      ...productsOf(catcher, { location: `Catch[${index}]/`, now, sees: ['errorOutput'] }),
      errorEquals: catcher.ErrorEquals,
      next: catcher.Next,
    })),
  };
}

function productsOf(source: { Assign?: Optional; Output?: Optional } | object, place: Place): Products {
  const { Assign, Output } = source as { Assign?: Optional; Output?: Optional };
  const field = (value: Optional, name: string) =>
    value === undefined ? undefined : compileTemplate(value, { ...place, location: `${place.location}${name}` });
  return { assign: field(Assign, 'Assign'), output: field(Output, 'Output') };
}

function ruleOf(rule: DefinitionOf<'Choice'>['Choices'][number], index: number, now: Now): Rule {
  const location = `Choices[${index}]/`;
  return {
    condition: compileTemplate(rule.Condition, { location: `${location}Condition`, now }),
    next: rule.Next,
    ...productsOf(rule, { location, now }),
  };
}

function waitOf(
  { Seconds, Timestamp }: DefinitionOf<'Wait'>,
  now: Now,
): Pick<StateOf<'Wait'>, 'seconds' | 'timestamp'> {
  if ((Seconds === undefined) === (Timestamp === undefined)) throw new Error('needs either Seconds or Timestamp');
  return {
    seconds: Seconds === undefined ? undefined : compileTemplate(Seconds, { location: 'Seconds', now }),
    timestamp: Timestamp === undefined ? undefined : compileTemplate(Timestamp, { location: 'Timestamp', now }),
  };
}
