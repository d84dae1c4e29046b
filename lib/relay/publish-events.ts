import { partition } from '../model/keys/table-keys.ts';
import { Unavailable } from '../shared/errors.ts';
import { compact } from '../shared/records.ts';
import { countWork, type RelayBatch, type RelayDependencies, toLetterJson } from './relay-batch.ts';

/** Publishes the events of a batch. Those that the bus does not take become failures. */
export async function publishEvents({ bus }: RelayDependencies, batch: RelayBatch): Promise<void> {
  const all = batch.records.flatMap(({ record, effects: { customer, events } }) =>
    events.map((event, i) => ({ record, owner: partition(customer), event, part: i + 1 })),
  );
  const untaken = new Map((await bus.offer(all.map(({ event }) => event))).map((one) => [one.place, one]));
  for (const [place, { record, owner, event, part }] of all.entries()) {
    const refused = untaken.get(place);
    if (!refused) {
      countWork(batch, event.name);
      batch.sound.add(owner);
      continue;
    }
    const work = { kind: 'event' as const, name: event.name, detail: toLetterJson(event.detail) };
    const error = new Unavailable('bus.refused', { event: event.name });
    batch.failures.push({ record, owner, part, work, error, ...compact({ reason: refused.refusal }) });
  }
}
