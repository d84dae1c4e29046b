import { type CustomerRef } from '../../model/customer.ts';
import { type Profile } from '../../model/profile.ts';
import { omitBy } from '../../shared/records.ts';

/** The positions of the stream that a profile has been folded through. */
export type Checkpoint = Profile['folded'];

/**
 * A touchpoint's position in the table's stream. Comparable only within one stream and one
 * partition of the table.
 */
export interface Position {
  /** Label of the stream. It changes when streaming is switched off and on. */
  stream: string;
  /** Decimal number of any length. */
  sequence: string;
  /** The touchpoint's partition: the customer or a linked identity. */
  source: CustomerRef;
}

/** Compares decimal numbers as text, because they exceed a double's precision. */
function isAfter(a: string, b: string): boolean {
  const [x, y] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  return x.length === y.length ? x > y : x.length > y.length;
}

/** Returns whether a position is in the profile already, so that the record is a redelivery. */
export function isProcessed({ stream, through }: Checkpoint, position: Position): boolean {
  const reached = stream === position.stream && Object.hasOwn(through, position.source) && through[position.source];
  return typeof reached === 'string' && !isAfter(position.sequence, reached);
}

/**
 * Returns whether `npm run rebuild` counted the touchpoint. `sequence` is the position at which it
 * was put aside.
 */
export function isRebuilt({ rebuilt = {} }: Checkpoint, source: CustomerRef, sequence: string): boolean {
  const reached = Object.hasOwn(rebuilt, source) ? rebuilt[source] : undefined;
  return reached !== undefined && !isAfter(sequence, reached);
}

/** Returns the map without an entry, or undefined if it becomes empty. */
function without<T>(map: Record<string, T> | undefined, name: string): Record<string, T> | undefined {
  const left = omitBy(map ?? {}, (_, key) => key === name);
  return Object.keys(left).length > 0 ? left : undefined;
}

/**
 * Advances the checkpoint to a position. The first position of another stream drops those of the
 * old one.
 */
export function advanceCheckpoint(folded: Checkpoint, { source, sequence, stream }: Position): Checkpoint {
  return folded.stream === stream
    ? { ...folded, through: { ...folded.through, [source]: sequence } }
    : { stream, through: { [source]: sequence } };
}

/**
 * Returns why a position was passed without folding, until its dead letter is sent. Else undefined.
 */
export function asideAt({ stream, asides = {} }: Checkpoint, position: Position): string | undefined {
  if (stream !== position.stream || !Object.hasOwn(asides, position.source)) return undefined;
  return asides[position.source]?.[position.sequence];
}

/** Advances the checkpoint past a record that is put aside, and keeps the reason. */
export function passedAside(folded: Checkpoint, position: Position, reason: string): Checkpoint {
  const passed = advanceCheckpoint(folded, position);
  const { source, sequence } = position;
  return { ...passed, asides: { ...passed.asides, [source]: { ...passed.asides?.[source], [sequence]: reason } } };
}

/** Drops the reason of a position, once its dead letter is sent. */
export function settledAside({ asides, ...folded }: Checkpoint, { source, sequence }: Position): Checkpoint {
  const mine = without(asides?.[source], sequence);
  const left = mine ? { ...asides, [source]: mine } : without(asides, source);
  return { ...folded, ...(left && { asides: left }) };
}

/**
 * Advances the checkpoint past a barrier: all rows written to the partition before it are folded or
 * put aside.
 */
export function passedBarrier(folded: Checkpoint, position: Position, barrier: string): Checkpoint {
  const passed = advanceCheckpoint(folded, position);
  return { ...passed, barriers: { ...passed.barriers, [position.source]: barrier } };
}

const joined = <T>(a: Record<string, T> | undefined, b: Record<string, T> | undefined) =>
  a || b ? { ...b, ...a } : undefined;

/**
 * Merges two checkpoints. Of two streams the later wins, because a label is the time of its
 * creation.
 */
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
