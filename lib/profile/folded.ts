import { type CustomerRef } from '../identity/customer.ts';
import { type Profile } from './profile.ts';

export type Folded = Profile['folded'];

/** Where in the table's stream a touchpoint stood. Positions compare within one stream and one partition of the table only. */
export interface Position {
  /** Label of the stream: another one after streaming was switched off and on. */
  stream: string;
  /** Decimal, of any length. */
  sequence: string;
  /** The partition the touchpoint lies in: the customer's own or that of a linked identity. */
  source: CustomerRef;
}

/** Whether decimal number `a` is greater than `b`. Longer than a double is exact, so as text. */
function isAfter(a: string, b: string): boolean {
  const [x, y] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  return x.length === y.length ? x > y : x.length > y.length;
}

/** True for what is in the profile already: its record is delivered again. */
export function isFolded({ stream, through }: Folded, position: Position): boolean {
  const reached = stream === position.stream && Object.hasOwn(through, position.source) && through[position.source];
  return typeof reached === 'string' && !isAfter(position.sequence, reached);
}

/** Folded through this position. The first one of another stream forgets those of the old. */
export function foldedThrough({ stream, through }: Folded, { source, sequence, ...position }: Position): Folded {
  return {
    stream: position.stream,
    through: { ...(stream === position.stream && through), [source]: sequence },
  };
}

/** What both have folded. Of two streams the later one counts, its label being the time it was made. */
export function combineFolded(a: Folded, b: Folded): Folded {
  if (a.stream !== b.stream) return a.stream > b.stream ? a : b;
  const through = { ...a.through };
  for (const [source, sequence] of Object.entries(b.through)) {
    const reached = Object.hasOwn(through, source) ? through[source] : undefined;
    if (reached === undefined || isAfter(sequence, reached)) through[source] = sequence;
  }
  return { stream: a.stream, through };
}
