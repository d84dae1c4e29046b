import { type Item, type Table } from '../../aws/table/dynamo-table.ts';
import { type Customer, customerId } from '../../model/customer.ts';
import { keys, listShard, listShards, lists, partition, ranges, listSortKey } from '../../model/keys/table-keys.ts';
import { parsePartition, stripRange } from '../../model/keys/parse-keys.ts';
import { type Instant } from '../../shared/time.ts';
import { pageWithin } from '../../shared/trim.ts';
import { readTaskId, Task, taskId, type TaskView } from './human-task.ts';
import { expiry } from './wait-store.ts';
import { ifAbsent, ifPresent } from '../../aws/table/conditions.ts';

/** A task and the token that resumes its step. */
export interface StoredTask {
  task: Task;
  token: string;
}

/** Reads and writes the tasks of people. */
export interface TaskStore {
  /**
   * Opens a task. A retried step replaces the token of an open task. Returns false if the task was
   * answered or closed before.
   */
  open(owner: Customer, id: string, stored: StoredTask): Promise<boolean>;
  /** Reads a task. Strongly consistent. */
  get(owner: Customer, id: string): Promise<StoredTask | undefined>;
  /** Stores an answer. The first one stands. Returns false if the task is not open. */
  answer(owner: Customer, id: string, answer: string): Promise<boolean>;
  /** Closes a task and keeps its answer. Safe to repeat. */
  close(owner: Customer, id: string): Promise<void>;
  /** Closes a task and deletes its answer, which came after the step's timeout. Safe to repeat. */
  withdraw(owner: Customer, id: string): Promise<void>;
  /** Closes all tasks of an enrolment. Safe to repeat. */
  closeAll(owner: Customer, enrolmentId: string): Promise<void>;
  /** Lists the open tasks of a workspace whose `until` is after `now`, oldest first. */
  list(
    workspace: string,
    page: { limit: number; after?: string | undefined; now: Instant },
  ): Promise<{ items: TaskView[]; next?: string }>;
}

/** Parses a task's row. Throws a `ZodError` for a row that is no task. */
export function readTask({ pk: _pk, sk: _sk, token, ...row }: Item): StoredTask {
  return { task: Task.parse(row), token: String(token) };
}

/** Returns a task's row as the API and the bus show it. */
export function taskView(workspace: string, row: Item): TaskView {
  const { customer } = parsePartition(row.pk);
  const id = taskId({ customer, id: stripRange(row.sk, ranges.task) });
  return { ...readTask(row).task, taskId: id, customerId: customerId(customer) };
}

/** Returns a task's sort key in the list index. */
const placeOf = ({ openedAt, taskId: id }: TaskView): string => listSortKey(openedAt, readTaskId(id).id);

const isOpen = {
  expression: '#status = :open',
  names: { '#status': 'status' },
  values: { ':open': 'open' },
};

/** Creates the store of tasks in a table. */
export function taskStore(table: Table): TaskStore {
  async function end(owner: Customer, id: string, ...forgotten: 'answer'[]): Promise<void> {
    await table.update(
      keys.task(owner, id),
      {
        expression: `SET #status = :closed REMOVE ${['listPk', 'listSk', ...forgotten].join(', ')}`,
        names: { '#status': 'status' },
        values: { ':closed': 'closed' },
      },
      ifPresent,
    );
  }

  const close = (owner: Customer, id: string): Promise<void> => end(owner, id);

  return {
    close,
    withdraw: (owner, id) => end(owner, id, 'answer'),

    open: (owner, id, { task, token }) =>
      table.put(
        {
          ...keys.task(owner, id),
          ...task,
          token,
          ttl: expiry(task.until),
          listPk: lists.tasks(owner.workspace, listShard(owner)),
          listSk: listSortKey(task.openedAt, id),
        },
        { ...isOpen, expression: `${ifAbsent.expression} OR ${isOpen.expression}` },
      ),

    async get(owner, id) {
      const row = await table.get(keys.task(owner, id), { consistent: true });
      return row && readTask(row);
    },

    async answer(owner, id, answer) {
      const set = { expression: 'SET #status = :answered, answer = :answer REMOVE listPk, listSk' };
      const values = { ':answered': 'answered', ':answer': answer };
      return (await table.update(keys.task(owner, id), { ...set, values }, isOpen)) !== undefined;
    },

    async closeAll(owner, enrolmentId) {
      const rows = await table.query(partition(owner), { prefix: ranges.task, consistent: true });
      const left = rows.filter((row) => row.enrolmentId === enrolmentId && row.status !== 'closed');
      await Promise.all(left.map(({ sk }) => close(owner, stripRange(sk, ranges.task))));
    },

    async list(workspace, { limit, after, now }) {
      const shards = Array.from({ length: listShards }, (_, shard) => lists.tasks(workspace, shard));
      const range = { index: 'byList', limit: limit + 1, ...(after !== undefined && { after }) } as const;
      const found = (await Promise.all(shards.map((pk) => table.query(pk, range)))).flat();
      found.sort((a, b) => (String(a.listSk) > String(b.listSk) ? 1 : -1));
      const shown = found.slice(0, limit);
      const rows = await table.getMany(shown.map(({ pk, sk }) => ({ pk, sk })));
      const items = rows
        .map((row) => taskView(workspace, row))
        .filter(({ status, until }) => status === 'open' && until > now);
      items.sort((a, b) => (a.openedAt > b.openedAt ? 1 : -1));
      const page = pageWithin(items);
      const cut = page.length < items.length ? page.at(-1) : undefined;
      const last = cut ? placeOf(cut) : shown.at(-1)?.listSk;
      const hasMore = cut !== undefined || found.length > limit;
      return { items: page, ...(hasMore && typeof last === 'string' && { next: last }) };
    },
  };
}
