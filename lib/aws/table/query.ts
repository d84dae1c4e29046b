import { marshall } from '@aws-sdk/util-dynamodb';
import { longestKey } from '../../model/table-keys.ts';

/** Which items of a partition, in which order. */
export interface QueryOptions {
  index?: 'byList' | 'byDue';
  /** Only sort keys with this prefix. */
  prefix?: string;
  /** Only sort keys after or before this one, itself excluded. Ends may be combined with each other and with the prefix. */
  after?: string;
  before?: string;
  /** Only sort keys from or up to this one, itself included. */
  from?: string;
  upTo?: string;
  /** At most so many items: the first of the range, the last of it with `newestFirst`. */
  limit?: number;
  newestFirst?: boolean;
  consistent?: boolean;
}

const indexKeys = { byList: ['listPk', 'listSk'], byDue: ['duePk', 'dueAt'] } as const;

/** Follows every text that begins with the prefix: the last character there is. */
const endOf = (prefix: string): string => `${prefix}\u{10ffff}`;

/** DynamoDB sorts text by its UTF-8 bytes, JavaScript by UTF-16. */
const compare = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** The sort keys asked for: a key condition takes one test only, so ends that are not in the range are sifted out afterwards. */
interface Range {
  low?: string | undefined;
  high?: string | undefined;
  without: Set<string>;
}

function rangeOf({ prefix, from, after, before, upTo }: QueryOptions): Range {
  const given = (ends: (string | undefined)[]): string[] => ends.filter((end) => end !== undefined).sort(compare);
  return {
    low: given([prefix, from, after]).at(-1),
    high: given([prefix === undefined ? undefined : endOf(prefix), before, upTo])[0],
    without: new Set(given([after, before])),
  };
}

function testOf(low: string | undefined, high: string | undefined): string[] {
  if (low === undefined) return high === undefined ? [] : ['#sk <= :high'];
  return high === undefined ? ['#sk >= :low'] : ['#sk BETWEEN :low AND :high'];
}

/** Whether an item can have the key. Reading under a longer one finds nothing, and is no failure. */
export const isKey = ({ pk, sk = '' }: { pk: string; sk?: string | undefined }): boolean =>
  Buffer.byteLength(pk) <= longestKey.pk && Buffer.byteLength(sk) <= longestKey.sk;

/** The request but for table, limit and page; undefined when no sort key can be in the range. `sifted` ends are not part of it. */
export function queryInput(pk: string, options: QueryOptions) {
  const { low, high, without } = rangeOf(options);
  if (!isKey({ pk, sk: low }) || !isKey({ pk, sk: high })) return undefined;
  if (low !== undefined && high !== undefined && compare(low, high) > 0) return undefined;
  const [pkName, skName] = options.index ? indexKeys[options.index] : (['pk', 'sk'] as const);
  const test = testOf(low, high);
  const input = {
    ...(options.index && { IndexName: options.index }),
    KeyConditionExpression: ['#pk = :pk', ...test].join(' AND '),
    ExpressionAttributeNames: { '#pk': pkName, ...(test.length > 0 && { '#sk': skName }) },
    ExpressionAttributeValues: marshall({ ':pk': pk, ':low': low, ':high': high }, { removeUndefinedValues: true }),
    ScanIndexForward: !options.newestFirst,
    ConsistentRead: options.consistent ?? false,
  };
  return {
    input,
    sifted: without.size,
    isInside: (item: Record<string, unknown>) => !without.has(String(item[skName])),
  };
}
