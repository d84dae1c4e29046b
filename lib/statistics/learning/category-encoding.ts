import * as z from 'zod';

/** Attributes of a customer besides key events: plan, contract, region, monthly fee. */
export const Attributes = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));
export type Attributes = z.infer<typeof Attributes>;

/**
 * Encoding of attributes as numbers: one column for a number, one for each frequent value of text
 * (one-hot).
 */
export const CategoryEncoding = z.array(z.object({ attribute: z.string(), values: z.array(z.string()).optional() }));
export type CategoryEncoding = z.infer<typeof CategoryEncoding>;

/** Limit of columns for an attribute of text. Its less frequent values have no column. */
const maxValues = 20;

/** Limit of numbers; larger ones are clipped, because their sums and differences are not exact. */
const greatest = 1e12;

const bounded = (value: number): number => Math.min(greatest, Math.max(-greatest, value));

const numberOf = (value: Attributes[string] | undefined): number => {
  if (typeof value === 'boolean') return Number(value);
  if (value === undefined || value === null || (typeof value === 'string' && value.trim() === '')) return NaN;
  return Number(value);
};

const isNumber = (value: Attributes[string] | undefined): boolean =>
  value === undefined || value === null || String(value).trim() === '' || Number.isFinite(numberOf(value));

/** Counts the values of an attribute as text, a missing one as ''. */
function countValues(customers: readonly Attributes[], attribute: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const customer of customers) {
    const value = String(customer[attribute] ?? '');
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return counts;
}

/** Returns the encoding of one attribute, none if it is constant. */
function learnAttribute(customers: readonly Attributes[], attribute: string): CategoryEncoding {
  const counts = countValues(customers, attribute);
  if (counts.size < 2) return [];
  if (customers.every((customer) => isNumber(customer[attribute]))) return [{ attribute }];
  const frequent = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  // The second of two values repeats the first.
  const columns = counts.size === 2 ? 1 : maxValues;
  return [{ attribute, values: frequent.slice(0, columns).map(([value]) => value) }];
}

/** Learns an encoding from customers. An attribute is a number if every value of it is one. */
export function learnEncoding(customers: readonly Attributes[]): CategoryEncoding {
  const names = [...new Set(customers.flatMap((one) => Object.keys(one)))].sort();
  return names.flatMap((attribute) => learnAttribute(customers, attribute));
}

/** Returns the names of the columns, `attribute` or `attribute=value`, in the order of `encode`. */
export const encodedNames = (encoding: CategoryEncoding): string[] =>
  encoding.flatMap(({ attribute, values }) => values?.map((value) => `${attribute}=${value}`) ?? [attribute]);

/** Encodes attributes. A value that training never had is in none of the columns. */
export const encode = (encoding: CategoryEncoding, attributes: Attributes): number[] =>
  encoding.flatMap(({ attribute, values }) => {
    const value = attributes[attribute];
    return values?.map((one) => Number(String(value ?? '') === one)) ?? [bounded(numberOf(value))];
  });
