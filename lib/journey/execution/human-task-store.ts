import { parsePartition, stripRange } from '../../model/keys/parse-keys.ts';
import { type Item, type Table } from '../../aws/table/dynamo-table.ts';
import { type Customer, customerId } from '../../model/customer.ts';
import {
  type Key,
  keys,
  listShard,
  listShards,
  listSortKey,
  lists,
  partition,
  ranges,
} from '../../model/keys/table-keys.ts';
import { compact } from '../../shared/records.ts';
import { ContextTime, type Instant } from '../../shared/time.ts';
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
  list(workspace: string, page: TaskPageRequest): Promise<TaskPage>;
}

interface NewTask extends StoredTask {
  id: string;
}

interface TaskPageRequest {
  limit: number;
  after?: string | undefined;
  now: Instant;
}

interface TaskPage {
  items: TaskView[];
  next?: string;
}

/** Parses a task's row. Throws a `ZodError` for a row that is no task. */
export function readTask({ pk: _pk, sk: _sk, token, ...row }: Item): StoredTask {
  return { task: Task.parse({ ...row, openedAt: ContextTime.parse(row.openedAt) }), token: String(token) };
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

async function openTask(table: Table, owner: Customer, { id, task, token }: NewTask): Promise<boolean> {
  const row = {
    ...keys.task(owner, id),
    ...task,
    token,
    ttl: expiry(task.until),
    listPk: lists.tasks(owner.workspace, listShard(owner)),
    listSk: listSortKey(task.openedAt, id),
  };
  return table.put(row, { ...isOpen, expression: `${ifAbsent.expression} OR ${isOpen.expression}` });
}

async function findTask(table: Table, taskKey: Key): Promise<StoredTask | undefined> {
  const row = await table.get(taskKey, { consistent: true });
  return row && readTask(row);
}

async function answerTask(table: Table, taskKey: Key, answer: string): Promise<boolean> {
  const set = {
    expression: 'SET #status = :answered, answer = :answer REMOVE listPk, listSk',
    values: { ':answered': 'answered', ':answer': answer },
  };
  return (await table.update(taskKey, set, isOpen)) !== undefined;
}

/** Closes a task. Removes its place in the list, and `removed` too. */
async function closeTask(table: Table, taskKey: Key, removed: 'answer'[] = []): Promise<void> {
  const set = {
    expression: `SET #status = :closed REMOVE ${['listPk', 'listSk', ...removed].join(', ')}`,
    names: { '#status': 'status' },
    values: { ':closed': 'closed' },
  };
  await table.update(taskKey, set, ifPresent);
}

async function closeTasksOf(table: Table, owner: Customer, enrolmentId: string): Promise<void> {
  const rows = await table.query(partition(owner), { prefix: ranges.task, consistent: true });
  const left = rows.filter((row) => row.enrolmentId === enrolmentId && row.status !== 'closed');
  await Promise.all(left.map(({ pk, sk }) => closeTask(table, { pk, sk })));
}

/**
 * Reads the first rows of the list index after a position, over all shards. `last` is the position
 * of the last one if there are more.
 */
async function readListedTasks(
  table: Table,
  workspace: string,
  { limit, after }: TaskPageRequest,
): Promise<{ rows: Item[]; last: unknown; hasMore: boolean }> {
  const shards = Array.from({ length: listShards }, (_, shard) => lists.tasks(workspace, shard));
  const range = { index: 'byList', limit: limit + 1, ...compact({ after }) } as const;
  const listed = (await Promise.all(shards.map((pk) => table.query(pk, range)))).flat();
  listed.sort((a, b) => (String(a.listSk) > String(b.listSk) ? 1 : -1));
  const shown = listed.slice(0, limit);
  const rows = await table.getMany(shown.map(({ pk, sk }) => ({ pk, sk })));
  return { rows, last: shown.at(-1)?.listSk, hasMore: listed.length > limit };
}

async function listOpenTasks(table: Table, workspace: string, request: TaskPageRequest): Promise<TaskPage> {
  const { rows, last, hasMore } = await readListedTasks(table, workspace, request);
  const open = rows
    .map((row) => taskView(workspace, row))
    .filter(({ status, until }) => status === 'open' && until > request.now);
  open.sort((a, b) => (a.openedAt > b.openedAt ? 1 : -1));
  const items = pageWithin(open);
  const cut = items.length < open.length ? items.at(-1) : undefined;
  const next = cut ? placeOf(cut) : last;
  const isCut = cut !== undefined || hasMore;
  return { items, ...(isCut && typeof next === 'string' && { next }) };
}

/** Creates the store of tasks in a table. */
export function taskStore(table: Table): TaskStore {
  return {
    open: (owner, id, stored) => openTask(table, owner, { id, ...stored }),
    get: (owner, id) => findTask(table, keys.task(owner, id)),
    answer: (owner, id, answer) => answerTask(table, keys.task(owner, id), answer),
    close: (owner, id) => closeTask(table, keys.task(owner, id)),
    withdraw: (owner, id) => closeTask(table, keys.task(owner, id), ['answer']),
    closeAll: (owner, enrolmentId) => closeTasksOf(table, owner, enrolmentId),
    list: (workspace, page) => listOpenTasks(table, workspace, page),
  };
}
