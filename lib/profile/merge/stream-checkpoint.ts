import { type CustomerRef } from '../../model/customer.ts';
import { type Profile } from '../../model/profile.ts';

export type Checkpoint = Profile['folded'];

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
export function isProcessed({ stream, through }: Checkpoint, position: Position): boolean {
  const reached = stream === position.stream && Object.hasOwn(through, position.source) && through[position.source];
  return typeof reached === 'string' && !isAfter(position.sequence, reached);
}

/** True for what `npm run rebuild` has counted: `sequence` is where the touchpoint stood when it was put aside. */
export function isRebuilt({ rebuilt = {} }: Checkpoint, source: CustomerRef, sequence: string): boolean {
  const reached = Object.hasOwn(rebuilt, source) ? rebuilt[source] : undefined;
  return reached !== undefined && !isAfter(sequence, reached);
}

/** The map without an entry; undefined when nothing is left. */
function without<T>(map: Record<string, T> | undefined, name: string): Record<string, T> | undefined {
  const left = Object.entries(map ?? {}).filter(([key]) => key !== name);
  return left.length > 0 ? Object.fromEntries(left) : undefined;
}

/** Folded through this position. The first one of another stream forgets those of the old. */
export function advanceCheckpoint(folded: Checkpoint, { source, sequence, stream }: Position): Checkpoint {
  return folded.stream === stream
    ? { ...folded, through: { ...folded.through, [source]: sequence } }
    : { stream, through: { [source]: sequence } };
}

/** Why a position was passed without folding, while its letter may be missing. */
export function asideAt({ stream, asides = {} }: Checkpoint, position: Position): string | undefined {
  if (stream !== position.stream || !Object.hasOwn(asides, position.source)) return undefined;
  return asides[position.source]?.[position.sequence];
}

/** Passed without folding. */
export function passedAside(folded: Checkpoint, position: Position, reason: string): Checkpoint {
  const passed = advanceCheckpoint(folded, position);
  const { source, sequence } = position;
  return { ...passed, asides: { ...passed.asides, [source]: { ...passed.asides?.[source], [sequence]: reason } } };
}

/** The letter of a position that was passed aside is sent. */
export function settledAside({ asides, ...folded }: Checkpoint, { source, sequence }: Position): Checkpoint {
  const mine = without(asides?.[source], sequence);
  const left = mine ? { ...asides, [source]: mine } : without(asides, source);
  return { ...folded, ...(left && { asides: left }) };
}

/** A barrier was passed: all that was written to the partition before it is folded or put aside. */
export function passedBarrier(folded: Checkpoint, position: Position, barrier: string): Checkpoint {
  const passed = advanceCheckpoint(folded, position);
  return { ...passed, barriers: { ...passed.barriers, [position.source]: barrier } };
}

const joined = <T>(a: Record<string, T> | undefined, b: Record<string, T> | undefined) =>
  a || b ? { ...b, ...a } : undefined;

/** What both have folded. Of two streams the later one counts, its label being the time it was made. */
export function mergeCheckpoints(a: Checkpoint, b: Checkpoint): Checkpoint {
  if (a.stream !== b.stream) return a.stream > b.stream ? a : b;
  const through = { ...a.through };
  for (const [source, sequence] of Object.entries(b.through)) {
    const reached = Object.hasOwn(through, source) ? through[source] : undefined;
    if (reached === undefined || isAfter(sequence, reached)) through[source] = sequence;
  }
  const asides = joined(a.asides, b.asides);
  const rebuilt = joined(a.rebuilt, b.rebuilt);
  const barriers = joined(a.barriers, b.barriers);
  return {
    ...{ stream: a.stream, through },
    ...(asides && { asides }),
    ...(rebuilt && { rebuilt }),
    ...(barriers && { barriers }),
  };
}
