import { type JsonObject } from '../../../lib/shared/json.ts';
import { type ExecutionRecords, type HistoryEvent } from '../../../lib/states-language/execution/host.ts';
import { type CompiledMachine } from '../../../lib/states-language/definition/compiled-states.ts';
import { type Journal } from '../journal/open-journal.ts';
import {
  dueOf,
  type Execution,
  type ExecutionBranch,
} from '../../../lib/states-language/execution/execution-branch.ts';
import { createJournalTables } from './schema.ts';
import { docOf, executionFrom, type ExecutionRow, flowsFrom, type FlowRow } from './execution-rows.ts';

/** An announcement in the journal: told to the bus at least once, then deleted. */
export interface StatusEvent {
  id: number;
  detail: JsonObject;
}

/**
 * The executions' rows. Writes gather in memory and reach the journal in one transaction: with `flush` at once, with `committed` at the
 * end of the turn together with everybody else's. Nothing may be told to the outside before one of them returned. What is read by id has no writes under way:
 * an execution leaves the memory only after `committed`.
 */
export class ExecutionStore implements ExecutionRecords {
  readonly #journal: Journal;
  readonly #statements: ReturnType<typeof prepare>;
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
    this.#statements = prepare(journal);
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

  /** Writes how it ended; its flows go. */
  close({ id, status, stoppedAt = 0, output, error, cause }: Execution): void {
    this.#write(() => {
      this.#statements.close.run(status, stoppedAt, output ?? null, error ?? null, cause ?? null, id);
      this.#statements.dropFlows.run(id);
    });
  }

  /** The flow as it is when the transaction is written: several moves in one turn are one row. */
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

  /** Told to the bus: not to be told again after a restart. */
  forget(announcement: StatusEvent): void {
    this.#write(() => this.#statements.forget.run(announcement.id));
  }

  /** Writes everything now. When it throws, nothing was written and the next try writes it all. */
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

  /** Writes what is left and takes no more. */
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

function prepare(journal: Journal) {
  return {
    insert: journal.prepare(
      `INSERT INTO sfn_execution (id, arn, name, machineArn, machineName, versionArn, aliasArn, roleArn, definition, input, startedAt,
       deadline, status) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    close: journal.prepare(
      'UPDATE sfn_execution SET status = ?, stoppedAt = ?, output = ?, error = ?, cause = ? WHERE id = ?',
    ),
    saveFlow: journal.prepare(
      'INSERT OR REPLACE INTO sfn_flow (id, execution, phase, due, input, variables, doc) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ),
    dropFlow: journal.prepare('DELETE FROM sfn_flow WHERE id = ?'),
    dropFlows: journal.prepare('DELETE FROM sfn_flow WHERE execution = ?'),
    event: journal.prepare('INSERT INTO sfn_event (execution, id, event) VALUES (?, ?, ?)'),
    announce: journal.prepare('INSERT INTO sfn_outbox (id, detail) VALUES (?, ?)'),
    forget: journal.prepare('DELETE FROM sfn_outbox WHERE id = ?'),
    untold: journal.prepare('SELECT id, detail FROM sfn_outbox ORDER BY id'),
    byArn: journal.prepare('SELECT * FROM sfn_execution WHERE arn = ?'),
    byId: journal.prepare('SELECT * FROM sfn_execution WHERE id = ?'),
    flowsOf: journal.prepare('SELECT * FROM sfn_flow WHERE execution = ? ORDER BY id'),
    lastEvent: journal.prepare('SELECT coalesce(max(id), 0) AS last FROM sfn_event WHERE execution = ?'),
    resting: journal.prepare('SELECT id, execution, phase, due FROM sfn_flow ORDER BY id'),
    deadlines: journal.prepare(
      `SELECT id, deadline FROM sfn_execution WHERE status = 'RUNNING' AND deadline IS NOT NULL`,
    ),
    purgeEvents: journal.prepare(
      'DELETE FROM sfn_event WHERE execution IN (SELECT id FROM sfn_execution WHERE stoppedAt < ?)',
    ),
    purge: journal.prepare('DELETE FROM sfn_execution WHERE stoppedAt < ?'),
  };
}
