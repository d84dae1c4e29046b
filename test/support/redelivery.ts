import type { DynamoDBRecord } from 'aws-lambda';
import { type Invoke } from '../../infra/local/lambda/local-functions.ts';
import { randomFrom, shuffled } from './random.ts';

interface StreamBatch {
  Records: DynamoDBRecord[];
}

const isStreamBatch = (event: unknown): event is StreamBatch =>
  typeof event === 'object' && event !== null && 'Records' in event;

const isBusEvent = (event: unknown): boolean => typeof event === 'object' && event !== null && 'detail-type' in event;

const partitionOf = ({ dynamodb }: DynamoDBRecord): string => dynamodb?.Keys?.pk?.S ?? '';

/** Records of one partition keep their order, and that is all that is kept. */
function interleaved(records: DynamoDBRecord[], random: () => number): DynamoDBRecord[] {
  const queues = Map.groupBy(records, partitionOf);
  return shuffled(records.map(partitionOf), random).map((partition) => queues.get(partition)!.shift()!);
}

export interface Redelivery {
  between: (invoke: Invoke) => Invoke;
  deliveries: { asked: number; made: number };
}

/**
 * Delivers every stream batch and every bus event one to three times, drawn from the seed. A batch that comes again starts somewhere
 * before, as after a lost checkpoint, and its records are shuffled across partitions; an event comes several times at once.
 */
export function redelivering(seed: number): Redelivery {
  const deliveries = { asked: 0, made: 0 };
  const random = randomFrom(seed);
  const past = new Map<string, DynamoDBRecord[]>();

  /** What an earlier start would deliver again before these: of their partitions, any number of the latest. */
  function before(functionArn: string, records: DynamoDBRecord[]): DynamoDBRecord[] {
    const partitions = new Set(records.map(partitionOf));
    const mine = (past.get(functionArn) ?? []).filter((record) => partitions.has(partitionOf(record)));
    return mine.slice(Math.floor(random() * (mine.length + 1)));
  }

  const between: Redelivery['between'] = (invoke) => async (functionArn, payload) => {
    const event: unknown = JSON.parse(payload);
    if (!isBusEvent(event) && !isStreamBatch(event)) return invoke(functionArn, payload);
    const extra = Math.floor(random() * 3);
    deliveries.asked++;
    deliveries.made += 1 + extra;
    if (!isStreamBatch(event)) {
      const [answer] = await Promise.all(Array.from({ length: 1 + extra }, () => invoke(functionArn, payload)));
      return answer;
    }
    const { Records } = event;
    const deliver = (records: DynamoDBRecord[]): Promise<unknown> =>
      invoke(functionArn, JSON.stringify({ Records: interleaved(records, random) }));
    for (let i = 0; i < extra; i++) await deliver([...before(functionArn, Records), ...Records]);
    const answer = await deliver(Records);
    past.set(functionArn, [...(past.get(functionArn) ?? []), ...Records]);
    return answer;
  };
  return { between, deliveries };
}
