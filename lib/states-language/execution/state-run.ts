import { type Json, type JsonObject, isJsonObject } from '../../shared/json.ts';
import { contextObject, mapItemContext } from './context-object.ts';
import { type InterpreterContext } from './interpreter-context.ts';
import { seededDraw, type Draw } from '../expressions/seeded-random.ts';
import { endExecution } from './end-execution.ts';
import { queryFailed, StateFailed, type StateFailure } from '../failure.ts';
import { endChild, failChildren } from './parallel-states.ts';
import { BranchGone, stateOfBranch, type ExecutionBranch, type RunningExecution } from './execution-branch.ts';
import { withAssigned, withOutput } from './history-recorder.ts';
import { type CompiledState } from '../definition/compiled-states.ts';
import { isOver, serializeData, serializeWithinLimit, type SerializedData } from '../serialized-data.ts';
import { evaluateTemplate, type CompiledTemplate } from '../expressions/expression-template.ts';

/** Maximum size of all variables of an execution, bytes. Limit of Step Functions. */
const maxVariableBytes = 10 * 1024 * 1024;

/** The parts of `$states` besides input and context. */
interface Seen {
  result?: Json;
  errorOutput?: Json;
}

/** How a branch leaves a state. Without `next` it leaves its region. */
interface StateExit {
  assigned: JsonObject | undefined;
  output: SerializedData;
  next: string | undefined;
}

/**
 * A branch in its current state. The changes after the last evaluation are atomic: neither another
 * branch nor a crash sees a part of them. If the branch has ended during the evaluation, the first
 * event that is recorded throws `BranchGone`.
 */
export class StateRun {
  readonly core: InterpreterContext;
  readonly live: RunningExecution;
  readonly flow: ExecutionBranch;
  readonly state: CompiledState;
  #draw: Draw | undefined;

  constructor(core: InterpreterContext, live: RunningExecution, flow: ExecutionBranch) {
    this.core = core;
    this.live = live;
    this.flow = flow;
    this.state = stateOfBranch(flow);
  }

  /** Random numbers of this attempt. A repetition after a crash draws the same. */
  get draw(): Draw {
    const { enteredEvent, tries, phase } = this.flow;
    return (this.#draw ??= seededDraw(`${this.live.execution.arn}#${enteredEvent}#${tries.join()}#${phase.kind}`));
  }

  /** Evaluates a template. Throws `StateFailed` if an expression fails. */
  async evaluate(
    template: CompiledTemplate,
    seen: Seen & { token?: string; item?: { index: number; value: Json } } = {},
  ): Promise<Json> {
    if (template.kind === 'constant') return template.value;
    const { token, item, ...rest } = seen;
    const context = contextObject(this.live, this.flow, token);
    if (item) context.Map = { Item: mapItemContext(item.index, item.value) };
    const states: JsonObject = { input: this.flow.input.value, context, ...rest };
    return evaluateTemplate(template, { states, variables: this.#variables(), draw: this.draw });
  }

  /** As `evaluate`. Returns undefined without a template. */
  async evaluateOptional(template: CompiledTemplate | undefined): Promise<Json | undefined> {
    return template && this.evaluate(template);
  }

  /**
   * Evaluates a field that must be a whole number of at least `min`. Throws `StateFailed`
   * (States.QueryEvaluationError) for other values.
   */
  async wholeNumber(template: CompiledTemplate, { field, min }: { field: string; min: number }): Promise<number> {
    const value = await this.evaluate(template);
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= 99_999_999) return value;
    throw queryFailed(
      `The field '${field}' must be an integer between ${min} and 99999999, but was ${JSON.stringify(value)}.`,
      field,
    );
  }

  /** Leaves the state with its variables and output: to `next`, or out of its region. */
  async leave(
    products: { assign: CompiledTemplate | undefined; output: CompiledTemplate | undefined; next: string | undefined },
    { otherwise, ...seen }: Seen & { otherwise: SerializedData },
  ): Promise<void> {
    const assigned = products.assign && (await this.evaluate(products.assign, seen));
    const output = products.output ? await this.evaluate(products.output, seen) : undefined;
    const serialized =
      output === undefined
        ? otherwise
        : serializeWithinLimit(output, `The state/task '${this.state.name}' returned a result`);
    // `Assign` is an object by schema.
    this.#exit({ assigned: assigned as JsonObject | undefined, output: serialized, next: products.next });
  }

  /** Ends the branch, and with it its parent's state or the execution. */
  fail(failure: StateFailure): void {
    const { core, live, flow } = this;
    if (flow.gone) throw new BranchGone();
    if (flow.parent === undefined) endExecution(core, live, { status: 'FAILED', failure, after: flow.last });
    else failChildren(core, live, { child: flow, failure });
  }

  save(): void {
    this.core.store.saveFlow(this.flow);
  }

  #exit({ assigned, output, next }: StateExit): void {
    const { core, live, flow, state } = this;
    const variables = assigned ? this.#assign(assigned) : flow.variables;
    const details = { name: state.name, ...withOutput(output), ...withAssigned(assigned) };
    core.history.record(live, flow, { type: `${state.type}StateExited`, details });
    flow.variables = variables;
    if (next !== undefined) {
      flow.state = next;
      flow.input = output;
      flow.phase = { kind: 'enter' };
      this.save();
    } else if (flow.parent === undefined) {
      endExecution(core, live, { status: 'SUCCEEDED', output, after: flow.last });
    } else {
      endChild(core, live, { child: flow, output });
    }
  }

  #assign(assigned: JsonObject): SerializedData {
    serializeWithinLimit(assigned, `The state/task '${this.state.name}' assigned variables`);
    const variables = serializeData({ ...this.#variables(), ...assigned });
    if (!isOver(variables.text, maxVariableBytes)) return variables;
    throw new StateFailed({
      error: 'States.DataLimitExceeded',
      cause: 'The variables exceed the maximum number of bytes service limit.',
    });
  }

  #variables(): JsonObject {
    const { value } = this.flow.variables;
    return isJsonObject(value) ? value : {};
  }
}
