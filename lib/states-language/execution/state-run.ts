import { type Json, type JsonObject, isJsonObject } from '../../shared/json.ts';
import { contextOf, itemOf } from './context-object.ts';
import { type Core } from './interpreter-context.ts';
import { drawFrom, type Draw } from '../expressions/seeded-random.ts';
import { endExecution } from './end-execution.ts';
import { queryFailed, StateFailed, type Failure } from '../failure.ts';
import { endChild, failFan } from './parallel-states.ts';
import { Gone, stateOf, type Flow, type Live } from './execution-branch.ts';
import { withAssigned, withOutput } from './history-recorder.ts';
import { type State } from '../definition/compile-machine.ts';
import { isOver, pack, packLimited, type Packed } from '../serialized-data.ts';
import { evaluateTemplate, type Template } from '../expressions/expression-template.ts';

/** Step Functions' limit for all variables of an execution together. Bytes. */
const maxVariableBytes = 10 * 1024 * 1024;

/** What `$states` holds beside input and context. */
interface Seen {
  result?: Json;
  errorOutput?: Json;
}

/**
 * A flow in its present state. What follows the last evaluation happens at once: no other flow and no kill sees half of it. When the
 * flow has ended during the evaluation, the first thing that is recorded throws `Gone`.
 */
export class Visit {
  readonly core: Core;
  readonly live: Live;
  readonly flow: Flow;
  readonly state: State;
  #draw: Draw | undefined;

  constructor(core: Core, live: Live, flow: Flow) {
    this.core = core;
    this.live = live;
    this.flow = flow;
    this.state = stateOf(flow);
  }

  /** Chance of its own for each step of each try, the same when the step is run again after a kill. */
  get draw(): Draw {
    const { enteredEvent, tries, phase } = this.flow;
    return (this.#draw ??= drawFrom(`${this.live.execution.arn}#${enteredEvent}#${tries.join()}#${phase.kind}`));
  }

  /** Throws `StateFailed` for an expression that fails. */
  async evaluate(
    template: Template,
    seen: Seen & { token?: string; item?: { index: number; value: Json } } = {},
  ): Promise<Json> {
    if (template.kind === 'constant') return template.value;
    const { token, item, ...rest } = seen;
    const context = contextOf(this.live, this.flow, token);
    if (item) context.Map = { Item: itemOf(item.index, item.value) };
    const states: JsonObject = { input: this.flow.input.value, context, ...rest };
    return evaluateTemplate(template, { states, variables: this.#variables(), draw: this.draw });
  }

  /** As `evaluate`; undefined without a template. */
  async evaluateOptional(template: Template | undefined): Promise<Json | undefined> {
    return template && this.evaluate(template);
  }

  /** A field that has to be a whole number in a range. Throws `StateFailed` (States.QueryEvaluationError) for anything else. */
  async wholeNumber(template: Template, { field, min }: { field: string; min: number }): Promise<number> {
    const value = await this.evaluate(template);
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= 99_999_999) return value;
    throw queryFailed(
      `The field '${field}' must be an integer between ${min} and 99999999, but was ${JSON.stringify(value)}.`,
      field,
    );
  }

  /** Leaves the state with what it assigns and puts out: to `next`, or out of its region. */
  async leave(
    products: { assign: Template | undefined; output: Template | undefined; next: string | undefined },
    { otherwise, ...seen }: Seen & { otherwise: Packed },
  ): Promise<void> {
    const assigned = products.assign && (await this.evaluate(products.assign, seen));
    const output = products.output ? await this.evaluate(products.output, seen) : undefined;
    const packed =
      output === undefined ? otherwise : packLimited(output, `The state/task '${this.state.name}' returned a result`);
    this.#exit({ assigned: assigned as JsonObject | undefined, output: packed, next: products.next }); // Assign is an object by schema
  }

  /** The flow ends here, and with it its parent's state or the whole execution. */
  fail(failure: Failure): void {
    const { core, live, flow } = this;
    if (flow.gone) throw new Gone();
    if (flow.parent === undefined) endExecution(core, live, { status: 'FAILED', failure, after: flow.last });
    else failFan(core, live, { child: flow, failure });
  }

  save(): void {
    this.core.store.saveFlow(this.flow);
  }

  #exit({
    assigned,
    output,
    next,
  }: {
    assigned: JsonObject | undefined;
    output: Packed;
    next: string | undefined;
  }): void {
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

  #assign(assigned: JsonObject): Packed {
    packLimited(assigned, `The state/task '${this.state.name}' assigned variables`);
    const variables = pack({ ...this.#variables(), ...assigned });
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
