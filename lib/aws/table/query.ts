import { marshall } from '@aws-sdk/util-dynamodb';
import { longestKey } from '../../model/keys/table-keys.ts';

/** Range, order and index of a query. */
export interface QueryOptions {
  index?: 'byList' | 'byDue';
  /** Only sort keys with this prefix. */
  prefix?: string;
  /**
   * Sort keys after or before this one, exclusive. May be combined with each other and with the
   * prefix.
   */
  after?: string;
  before?: string;
  /** Sort keys from or up to this one, inclusive. */
  from?: string;
  upTo?: string;
  /** Limit of items: the first of the range, or the last with `newestFirst`. */
  limit?: number;
  newestFirst?: boolean;
  consistent?: boolean;
}

const indexKeys = { byList: ['listPk', 'listSk'], byDue: ['duePk', 'dueAt'] } as const;

/** Sorts after every text with the prefix: ends in the last character of Unicode. */
const endOf = (prefix: string): string => `${prefix}\u{10ffff}`;

/** Compares UTF-8 bytes as DynamoDB does. JavaScript compares UTF-16. */
const compare = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/**
 * Range of sort keys. A key condition allows one test, so exclusive ends are removed after the
 * read.
 */
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

/**
 * Returns whether a key is short enough for an item. A query with a longer one returns nothing,
 * without an error.
 */
export const isKey = ({ pk, sk = '' }: { pk: string; sk?: string | undefined }): boolean =>
  Buffer.byteLength(pk) <= longestKey.pk && Buffer.byteLength(sk) <= longestKey.sk;

/**
 * Returns the request without table, limit and page. Undefined if no sort key can match. `sifted`
 * counts the exclusive ends, which are removed after the read.
 */
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
