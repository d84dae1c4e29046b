import { type Json } from '../../shared/json.ts';
import {
  MachineDefinition,
  type DefinitionOf,
  type RegionDefinition,
  type StateDefinition,
} from './machine-definition.ts';
import { type ExpressionPlace } from '../expressions/expression.ts';
import {
  type CommonState,
  type CompiledChoiceRule,
  type CompiledMachine,
  type CompiledRegion,
  type CompiledState,
  type CompiledStateOf,
  type StateProducts,
} from './compiled-states.ts';
import { parseResource } from './task-resource.ts';
import { checkRules, maxDefinitionBytes } from './definition-rules.ts';
import { compileTemplate, type CompiledTemplate } from '../expressions/expression-template.ts';

type Now = () => number;
type Optional = Json | undefined;

/**
 * Parses, checks and compiles a definition, each expression once. Throws an Error with the state's
 * name for a definition that Step Functions rejects.
 */
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

/** What the compiler of a state is given besides the state. */
interface StateContext {
  common: CommonState;
  now: Now;
}

function compileField(value: Optional, location: string, now: Now): CompiledTemplate | undefined {
  return value === undefined ? undefined : compileTemplate(value, { location, now });
}

function compileTask(state: DefinitionOf<'Task'>, { common, now }: StateContext): CompiledState {
  return {
    ...common,
    type: 'Task',
    resource: parseResource(state.Resource),
    arguments: compileField(state.Arguments, 'Arguments', now),
    timeout: compileField(state.TimeoutSeconds, 'TimeoutSeconds', now),
    heartbeat: compileField(state.HeartbeatSeconds, 'HeartbeatSeconds', now),
  };
}

function compileParallel(state: DefinitionOf<'Parallel'>, { common, now }: StateContext): CompiledState {
  return {
    ...common,
    type: 'Parallel',
    arguments: compileField(state.Arguments, 'Arguments', now),
    branches: state.Branches.map((branch) => compileRegion(branch, now)),
  };
}

function compileMap(state: DefinitionOf<'Map'>, { common, now }: StateContext): CompiledState {
  return {
    ...common,
    type: 'Map',
    items: compileField(state.Items, 'Items', now),
    selector: compileField(state.ItemSelector, 'ItemSelector', now),
    concurrency: compileField(state.MaxConcurrency, 'MaxConcurrency', now),
    processor: compileRegion(state.ItemProcessor, now),
  };
}

function compileFail({ Error, Cause }: DefinitionOf<'Fail'>, { common, now }: StateContext): CompiledState {
  const [error, cause] = [compileField(Error, 'Error', now), compileField(Cause, 'Cause', now)];
  return { ...common, type: 'Fail', error, cause };
}

function compileChoice({ Choices, Default }: DefinitionOf<'Choice'>, { common, now }: StateContext): CompiledState {
  const rules = Choices.map((rule, index) => ruleOf(rule, index, now));
  return { ...common, type: 'Choice', rules, otherwise: Default };
}

type StateCompiler<Type extends StateDefinition['Type']> = (
  state: DefinitionOf<Type>,
  context: StateContext,
) => CompiledState;

/** Compilers by type of state. */
const compilers: { [Type in StateDefinition['Type']]: StateCompiler<Type> } = {
  Pass: (_, { common }) => ({ ...common, type: 'Pass' }),
  Succeed: (_, { common }) => ({ ...common, type: 'Succeed' }),
  Fail: compileFail,
  Wait: (state, { common, now }) => ({ ...common, type: 'Wait', ...waitOf(state, now) }),
  Choice: compileChoice,
  Task: compileTask,
  Parallel: compileParallel,
  Map: compileMap,
};

function compileState<Type extends StateDefinition['Type']>(
  name: string,
  state: DefinitionOf<Type>,
  now: Now,
): CompiledState {
  const compile = compilers[state.Type];
  return compile(state, { common: commonOf(name, state, now), now });
}

function commonOf(name: string, state: StateDefinition, now: Now): CommonState {
  const next = 'Next' in state ? state.Next : undefined;
  const ends = 'End' in state && state.End === true;
  const needsNext = !['Succeed', 'Fail', 'Choice'].includes(state.Type);
  if (needsNext && (next === undefined) !== ends) throw new Error('needs either Next or End');
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

function productsOf(source: { Assign?: Optional; Output?: Optional } | object, place: ExpressionPlace): StateProducts {
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
