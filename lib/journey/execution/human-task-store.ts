import { type Item, type Table } from '../../aws/table/dynamo-table.ts';
import { type Customer, customerId } from '../../model/customer.ts';
import { keys, listShard, listShards, lists, partition } from '../../model/table-keys.ts';
import { type Instant } from '../../shared/time.ts';
import { pageWithin } from '../../shared/trim.ts';
import { readTaskId, Task, taskId, type TaskView } from './human-task.ts';
import { expiry } from './wait-store.ts';

const taskRange = 'task#';

/** A task and the token of the step behind it. */
export interface StoredTask {
  task: Task;
  token: string;
}

export interface TaskStore {
  /** Opens it; a retry of the step renews the token of one still open. False when it was answered or closed already. */
  open(owner: Customer, id: string, stored: StoredTask): Promise<boolean>;
  get(owner: Customer, id: string): Promise<StoredTask | undefined>;
  /** The first answer stands. False when it is not open any more. */
  answer(owner: Customer, id: string, answer: string): Promise<boolean>;
  /** Takes it off the list. Safe to repeat. */
  close(owner: Customer, id: string): Promise<void>;
  /** Closes it without the answer that came too late: nobody waited for it any more. */
  withdraw(owner: Customer, id: string): Promise<void>;
  /** Closes what an enrolment leaves behind. */
  closeAll(owner: Customer, enrolmentId: string): Promise<void>;
  /** Open tasks of a workspace that still matter at `now`, oldest first. */
  list(
    workspace: string,
    page: { limit: number; after?: string | undefined; now: Instant },
  ): Promise<{ items: TaskView[]; next?: string }>;
}

export function readTask({ pk: _pk, sk: _sk, token, ...row }: Item): StoredTask {
  return { task: Task.parse(row), token: String(token) };
}

/** A row of the table as the API and the bus show it. */
export function taskView(workspace: string, row: Item): TaskView {
  const customer = row.pk.slice(workspace.length + 1);
  const id = taskId({ customer, id: row.sk.slice(taskRange.length) });
  return { ...readTask(row).task, taskId: id, customerId: customerId(customer) };
}

/** Where a task stands in the list. */
const placeOf = ({ openedAt, taskId: id }: TaskView): string => `${openedAt}#${readTaskId(id).id}`;

const isOpen = {
  expression: '#status = :open',
  names: { '#status': 'status' },
  values: { ':open': 'open' },
};

export function taskStore(table: Table): TaskStore {
  async function end(owner: Customer, id: string, ...forgotten: 'answer'[]): Promise<void> {
    await table.update(
      keys.task(owner, id),
      {
        expression: `SET #status = :closed REMOVE ${['listPk', 'listSk', ...forgotten].join(', ')}`,
        names: { '#status': 'status' },
        values: { ':closed': 'closed' },
      },
      { expression: 'attribute_exists(pk)' },
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
          listSk: `${task.openedAt}#${id}`,
        },
        { ...isOpen, expression: `attribute_not_exists(pk) OR ${isOpen.expression}` },
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
      const rows = await table.query(partition(owner), { prefix: taskRange, consistent: true });
      const left = rows.filter((row) => row.enrolmentId === enrolmentId && row.status !== 'closed');
      await Promise.all(left.map(({ sk }) => close(owner, sk.slice(taskRange.length))));
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
