import { type Json } from '../../shared/json.ts';
import {
  MachineDefinition,
  type DefinitionOf,
  type RegionDefinition,
  type Retrier,
  type StateDefinition,
} from './machine-definition.ts';
import { type ExpressionPlace } from '../expressions/expression.ts';
import { parseResource, type Resource } from './task-resource.ts';
import { checkRules, maxDefinitionBytes } from './definition-rules.ts';
import { compileTemplate, type CompiledTemplate } from '../expressions/expression-template.ts';

/** What a state tells the next one; without a template its result, or where it has none its input. */
interface Products {
  assign: CompiledTemplate | undefined;
  output: CompiledTemplate | undefined;
}
export interface CompiledCatcher extends Products {
  errorEquals: string[];
  next: string;
}
export interface CompiledChoiceRule extends Products {
  condition: CompiledTemplate;
  next: string;
}
interface Common extends Products {
  name: string;
  /** Undefined where the state ends its region. */
  next: string | undefined;
  retry: Retrier[];
  catch: CompiledCatcher[];
}

export type CompiledState = Common &
  (
    | { type: 'Pass' | 'Succeed' }
    | { type: 'Fail'; error: CompiledTemplate | undefined; cause: CompiledTemplate | undefined }
    | { type: 'Wait'; seconds: CompiledTemplate | undefined; timestamp: CompiledTemplate | undefined }
    | { type: 'Choice'; rules: CompiledChoiceRule[]; otherwise: string | undefined }
    | {
        type: 'Task';
        resource: Resource;
        arguments: CompiledTemplate | undefined;
        timeout: CompiledTemplate | undefined;
        heartbeat: CompiledTemplate | undefined;
      }
    | { type: 'Parallel'; arguments: CompiledTemplate | undefined; branches: CompiledRegion[] }
    | {
        type: 'Map';
        items: CompiledTemplate | undefined;
        selector: CompiledTemplate | undefined;
        concurrency: CompiledTemplate | undefined;
        processor: CompiledRegion;
      }
  );
export type CompiledStateOf<Type extends CompiledState['type']> = Extract<CompiledState, { type: Type }>;

export interface CompiledRegion {
  startAt: string;
  states: ReadonlyMap<string, CompiledState>;
}
export interface CompiledMachine extends CompiledRegion {
  timeoutSeconds: number | undefined;
}

type Now = () => number;
type Optional = Json | undefined;

/** Parses, checks and compiles a definition, every expression once. Throws with the state's name for what Step Functions would not take. */
export function compileMachine(definition: string, now: Now): CompiledMachine {
  if (Buffer.byteLength(definition) > maxDefinitionBytes) throw new Error('the definition is larger than 1 MiB');
  const machine = MachineDefinition.parse(JSON.parse(definition));
  checkRules(machine);
  return { ...compileRegion(machine, now), timeoutSeconds: machine.TimeoutSeconds };
}

function compileRegion(region: RegionDefinition, now: Now): CompiledRegion {
  const states = Object.entries(region.States).map(([name, state]) => [name, compileNamed(name, state, now)] as const);
  return { startAt: region.StartAt, states: new Map(states) };
}

function compileNamed(name: string, state: StateDefinition, now: Now): CompiledState {
  try {
    return compileState(name, state, now);
  } catch (error) {
    throw new Error(`state "${name}": ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function compileState(name: string, state: StateDefinition, now: Now): CompiledState {
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

function productsOf(source: { Assign?: Optional; Output?: Optional } | object, place: ExpressionPlace): Products {
  const { Assign, Output } = source as { Assign?: Optional; Output?: Optional };
  const field = (value: Optional, name: string) =>
    value === undefined ? undefined : compileTemplate(value, { ...place, location: `${place.location}${name}` });
  return { assign: field(Assign, 'Assign'), output: field(Output, 'Output') };
}

function ruleOf(rule: DefinitionOf<'Choice'>['Choices'][number], index: number, now: Now): CompiledChoiceRule {
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
): Pick<CompiledStateOf<'Wait'>, 'seconds' | 'timestamp'> {
  if ((Seconds === undefined) === (Timestamp === undefined)) throw new Error('needs either Seconds or Timestamp');
  return {
    seconds: Seconds === undefined ? undefined : compileTemplate(Seconds, { location: 'Seconds', now }),
    timestamp: Timestamp === undefined ? undefined : compileTemplate(Timestamp, { location: 'Timestamp', now }),
  };
}
