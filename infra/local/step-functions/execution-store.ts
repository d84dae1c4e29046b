import { type JsonObject } from '#lib/shared/json.ts';
import { type ExecutionRecords, type HistoryEvent } from '#lib/states-language/execution/host.ts';
import { type CompiledMachine } from '#lib/states-language/definition/compiled-states.ts';
import { type Journal } from '../journal/open-journal.ts';
import { dueOf, type Execution, type ExecutionBranch } from '#lib/states-language/execution/execution-branch.ts';
import { prepareExecutionStatements } from './execution-statements.ts';
import { createJournalTables } from './schema.ts';
import { docOf, executionFrom, type ExecutionRow, flowsFrom, type FlowRow } from './execution-rows.ts';

/** An announcement in the journal: published at least once, then deleted. */
export interface StatusEvent {
  id: number;
  detail: JsonObject;
}

/**
 * The executions' rows. Writes reach the journal in one transaction: with `flush` at once, with
 * `committed` at the end of the turn. A caller must not publish a change before one of them
 * returned. A row read by id has no open writes: an execution leaves the memory after `committed`.
 */
export class ExecutionStore implements ExecutionRecords {
  readonly #journal: Journal;
  readonly #statements: ReturnType<typeof prepareExecutionStatements>;
  #writes: (() => unknown)[] = [];
  #flows = new Map<number, ExecutionBranch>();
  #commit: Promise<void> | undefined;
  #announced: StatusEvent[] = [];
  readonly #tell: (announcement: StatusEvent) => void;
  #closed = false;
  #nextId: { execution: number; flow: number; announcement: number };

  /** `tell` gets each announcement right after the transaction that holds it. */
  constructor(journal: Journal, tell: (announcement: StatusEvent) => void) {
    createJournalTables(journal);
    this.#journal = journal;
    this.#tell = tell;
    this.#statements = prepareExecutionStatements(journal);
    this.#nextId = {
      execution: this.#maxId('execution'),
      flow: this.#maxId('flow'),
      announcement: this.#maxId('outbox'),
    };
  }

  newExecutionId(): number {
    return ++this.#nextId.execution;
  }

  newFlowId(): number {
    return ++this.#nextId.flow;
  }

  insert(execution: Execution): void {
    const row = { ...execution };
    this.#write(() =>
      this.#statements.insert.run(
        ...[row.id, row.arn, row.name, row.machineArn, row.machineName, row.versionArn ?? null, row.aliasArn ?? null],
        ...[row.roleArn, row.definition, row.input, row.startedAt, row.deadline ?? null, row.status],
      ),
    );
  }

  /** Writes the end of an execution and deletes its flows. */
  close({ id, status, stoppedAt = 0, output, error, cause }: Execution): void {
    this.#write(() => {
      this.#statements.close.run(status, stoppedAt, output ?? null, error ?? null, cause ?? null, id);
      this.#statements.dropFlows.run(id);
    });
  }

  /** Writes the flow as it is at the end of the turn: several moves in one turn are one row. */
  saveFlow(flow: ExecutionBranch): void {
    this.#flows.set(flow.id, flow);
    this.#schedule();
  }

  dropFlow({ id }: ExecutionBranch): void {
    this.#flows.delete(id);
    this.#write(() => this.#statements.dropFlow.run(id));
  }

  event(execution: number, id: number, event: HistoryEvent): void {
    const text = JSON.stringify(event);
    this.#write(() => this.#statements.event.run(execution, id, text));
  }

  announce(detail: JsonObject): void {
    const id = ++this.#nextId.announcement;
    this.#announced.push({ id, detail });
    this.#write(() => this.#statements.announce.run(id, JSON.stringify(detail)));
  }

  /** Deletes a published announcement, so that it is not repeated after a restart. */
  forget(announcement: StatusEvent): void {
    this.#write(() => this.#statements.forget.run(announcement.id));
  }

  /** Writes everything now. If it throws, nothing was written and the next call writes it all. */
  flush(): void {
    if (this.#closed || (this.#writes.length === 0 && this.#flows.size === 0)) return;
    this.#journal.exec('BEGIN IMMEDIATE');
    try {
      for (const write of this.#writes) write();
      for (const flow of this.#flows.values()) if (!flow.gone) this.#writeFlow(flow);
      this.#journal.exec('COMMIT');
    } catch (error) {
      this.#journal.exec('ROLLBACK');
      throw error;
    }
    this.#writes = [];
    this.#flows.clear();
    for (const announcement of this.#announced.splice(0)) this.#tell(announcement);
  }

  /** Resolves when everything written so far is in the journal: at the end of this turn. */
  committed(): Promise<void> {
    this.#schedule();
    return this.#commit ?? Promise.resolve();
  }

  /** Writes what is left and ignores later writes. */
  stop(): void {
    this.flush();
    this.#closed = true;
  }

  byArn(arn: string): Execution | undefined {
    this.flush();
    return executionFrom(this.#statements.byArn.get(arn) as ExecutionRow | undefined);
  }

  byId(id: number): Execution | undefined {
    return executionFrom(this.#statements.byId.get(id) as ExecutionRow | undefined);
  }

  flowsOf(execution: number, machine: CompiledMachine): Map<number, ExecutionBranch> {
    return flowsFrom(this.#statements.flowsOf.all(execution) as unknown as FlowRow[], machine);
  }

  lastEvent(execution: number): number {
    return (this.#statements.lastEvent.get(execution) as { last: number }).last;
  }

  /** The flows of running executions: which of them wait, and until when. */
  resting(): { id: number; execution: number; phase: ExecutionBranch['phase']['kind']; due: number | null }[] {
    this.flush();
    return this.#statements.resting.all() as unknown as ReturnType<ExecutionStore['resting']>;
  }

  deadlines(): { id: number; deadline: number }[] {
    return this.#statements.deadlines.all() as unknown as { id: number; deadline: number }[];
  }

  untold(): StatusEvent[] {
    const rows = this.#statements.untold.all() as unknown as { id: number; detail: string }[];
    return rows.map(({ id, detail }) => ({ id, detail: JSON.parse(detail) as JsonObject }));
  }

  /** Forgets executions that ended before `time`, with their history. */
  purge(time: number): void {
    this.#write(() => {
      this.#statements.purgeEvents.run(time);
      this.#statements.purge.run(time);
    });
  }

  #writeFlow(flow: ExecutionBranch): void {
    const { id, execution, phase, input, variables } = flow;
    this.#statements.saveFlow.run(
      id,
      execution,
      phase.kind,
      dueOf(flow) ?? null,
      input.text,
      variables.text,
      docOf(flow),
    );
  }

  #write(write: () => unknown): void {
    this.#writes.push(write);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#closed) return;
    this.#commit ??= new Promise((done) => setImmediate(done)).then(() => {
      this.#commit = undefined;
      this.flush();
    });
  }

  #maxId(table: 'execution' | 'flow' | 'outbox'): number {
    return (this.#journal.prepare(`SELECT coalesce(max(id), 0) AS id FROM sfn_${table}`).get() as { id: number }).id;
  }
}
