import { type Journal } from '../journal/open-journal.ts';
import { type Execution, type Status } from '#lib/states-language/execution/execution-branch.ts';
import { executionFrom, type ExecutionRow } from './execution-rows.ts';

export interface ListQuery {
  machineArn: string;
  /** The machine itself, or the version or alias they were started by. */
  startedBy: string;
  status: Status | undefined;
  /** Ids below this one. */
  before: number | undefined;
  limit: number;
}

export interface EventQuery {
  /** The first event's id. */
  from: number | undefined;
  reverse: boolean;
  limit: number;
}

/**
 * Pages of executions and of their events. `flush` is called first, so that a page shows all
 * writes.
 */
export class ExecutionLists {
  readonly #flush: () => void;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(journal: Journal, flush: () => void) {
    this.#flush = flush;
    this.#statements = prepare(journal);
  }

  /** Newest first. */
  executions({ machineArn, startedBy, status, before, limit }: ListQuery): Execution[] {
    this.#flush();
    const by = machineArn === startedBy ? null : startedBy;
    const last = before ?? Number.MAX_SAFE_INTEGER;
    const rows = this.#statements.executions.all({ machineArn, by, status: status ?? null, last, limit });
    return (rows as unknown as ExecutionRow[]).flatMap((row) => executionFrom(row) ?? []);
  }

  /** The events' JSON texts. */
  events(execution: number, { from, reverse, limit }: EventQuery): string[] {
    this.#flush();
    const rows = reverse
      ? this.#statements.eventsDown.all(execution, from ?? Number.MAX_SAFE_INTEGER, limit)
      : this.#statements.eventsUp.all(execution, from ?? 0, limit);
    return (rows as { event: string }[]).map(({ event }) => event);
  }
}

function prepare(journal: Journal) {
  return {
    executions: journal.prepare(
      `SELECT * FROM sfn_execution WHERE machineArn = :machineArn AND id < :last AND (:by IS NULL OR versionArn = :by OR aliasArn = :by)
       AND (:status IS NULL OR status = :status) ORDER BY id DESC LIMIT :limit`,
    ),
    eventsUp: journal.prepare('SELECT event FROM sfn_event WHERE execution = ? AND id >= ? ORDER BY id LIMIT ?'),
    eventsDown: journal.prepare('SELECT event FROM sfn_event WHERE execution = ? AND id <= ? ORDER BY id DESC LIMIT ?'),
  };
}
