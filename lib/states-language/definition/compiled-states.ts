import { type CompiledTemplate } from '../expressions/expression-template.ts';
import { type Retrier } from './machine-definition.ts';
import { type Resource } from './task-resource.ts';

/**
 * What a state assigns, and its output. Without a template the output is the state's result, or its
 * input if it has none.
 */
export interface StateProducts {
  assign: CompiledTemplate | undefined;
  output: CompiledTemplate | undefined;
}
/** A compiled `Catch` entry. */
export interface CompiledCatcher extends StateProducts {
  errorEquals: string[];
  next: string;
}
/** A compiled `Choices` entry. */
export interface CompiledChoiceRule extends StateProducts {
  condition: CompiledTemplate;
  next: string;
}
/** Fields of every compiled state. */
export interface CommonState extends StateProducts {
  name: string;
  /** Undefined if the state ends its region. */
  next: string | undefined;
  retry: Retrier[];
  catch: CompiledCatcher[];
}

/** A state with all expressions compiled. */
export type CompiledState = CommonState &
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
/** A compiled state of one type. */
export type CompiledStateOf<Type extends CompiledState['type']> = Extract<CompiledState, { type: Type }>;

/** Compiled states that name each other: a machine, a branch of a Parallel, a Map's processor. */
export interface CompiledRegion {
  startAt: string;
  states: ReadonlyMap<string, CompiledState>;
}
/** A compiled definition. */
export interface CompiledMachine extends CompiledRegion {
  timeoutSeconds: number | undefined;
}
