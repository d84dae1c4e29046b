import type { DynamoDBRecord } from 'aws-lambda';
import * as z from 'zod';
import { CustomerRef, WorkspaceId } from '../model/customer.ts';
import { corrected } from '../ingestion/message/source-clock.ts';
import { Touchpoint } from '../model/touchpoint.ts';
import { isJsonObject, type JsonObject } from '../shared/json.ts';
import { type Key, keys, timelineRanges } from '../model/keys/table-keys.ts';
import { parsePartition, parseTimedKey } from '../model/keys/parse-keys.ts';
import { msBetween, Instant, addMs } from '../shared/time.ts';
import { type Position } from '../profile/merge/stream-checkpoint.ts';

/**
 * A touchpoint from the table's stream, or the `reason` why it cannot be read. A barrier marks the
 * end of all rows written to its partition before it.
 */
export type TouchpointRecord = {
  /** Empty if the key has no valid owner. */
  workspace: string;
  key: Key;
  position: Position;
  /** When the record was stored, in whole seconds, because AWS rounds down. */
  storedAt: Instant;
  /** The sequence number at which the touchpoint was put aside. Set by `npm run redrive`. */
  redriven?: string;
} & ({ touchpoint: Touchpoint } | { reason: string } | { barrier: string });

/** The result of `JSON.parse` is JSON at every depth, so only the top is checked. */
const Parsed = z.custom<JsonObject>(isJsonObject).default({});

const Doc = Touchpoint.omit({ messageId: true, at: true }).extend({ properties: Parsed, context: Parsed });

const Owner = z.object({ workspace: WorkspaceId, source: CustomerRef });

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Parses a touchpoint from its row. Never throws: returns the reason instead. */
export function readTouchpoint(sk: string, text: string | undefined): { touchpoint: Touchpoint } | { reason: string } {
  const { at, id } = parseTimedKey(sk, timelineRanges.touchpoint);
  if (!Instant.safeParse(at).success) return { reason: 'key.invalid' };
  const json = parse(text ?? '');
  if (json === undefined) return { reason: 'doc.not-json' };
  const doc = Doc.safeParse(json);
  return doc.success ? { touchpoint: { ...doc.data, at, messageId: id } } : { reason: 'doc.invalid' };
}

type Image = NonNullable<DynamoDBRecord['dynamodb']>['NewImage'];

function readRow(sk: string, image: Image): { touchpoint: Touchpoint } | { reason: string } | { barrier: string } {
  return sk === barrierKey ? { barrier: image?.id?.S ?? '' } : readTouchpoint(sk, image?.doc?.S);
}

/**
 * Attribute of a touchpoint's row: the sequence number at which it was put aside, a space, the dead
 * letter's id.
 */
export const redrivenAttribute = 'redriven';

const barrierKey = keys.barrier({ workspace: '', customer: '' }).sk;

function ownerOf(pk: string): { workspace: string; source: CustomerRef } | undefined {
  const { workspace, customer } = parsePartition(pk);
  return Owner.safeParse({ workspace, source: customer }).data;
}

/** Parses a stream record of a touchpoint. Never throws: an unreadable record has a `reason`. */
export function parseTouchpointRecord({ dynamodb = {}, eventSourceARN = '' }: DynamoDBRecord): TouchpointRecord {
  const { pk: { S: pk = '' } = {}, sk: { S: sk = '' } = {} } = dynamodb.Keys ?? {};
  const owner = ownerOf(pk);
  const image = dynamodb.NewImage;
  const redriven = image?.[redrivenAttribute]?.S?.split(' ')[0];
  const position = { stream: eventSourceARN.split('/stream/')[1] ?? '', sequence: dynamodb.SequenceNumber ?? '' };
  return {
    workspace: owner?.workspace ?? '',
    key: { pk, sk },
    position: { ...position, source: owner?.source ?? '' },
    storedAt: new Date((dynamodb.ApproximateCreationDateTime ?? 0) * 1_000).toISOString(),
    ...(redriven !== undefined && { redriven }),
    ...(owner ? readRow(sk, image) : { reason: 'key.invalid' }),
  };
}

/** Tolerated clock difference, ms. Ingestion writes a companion row for a greater one. */
const toleratedMs = 30_000;

/**
 * Returns whether a companion row may exist: the touchpoint's time is far from when it was stored.
 */
export function needsClockCorrection({ storedAt }: TouchpointRecord, { at }: Touchpoint): boolean {
  return Math.abs(msBetween(at, storedAt)) > toleratedMs;
}

/**
 * Returns the touchpoint's time, corrected by its source's skew. It is never later than the end of
 * the second in which the touchpoint was stored.
 */
export function correctTime({ storedAt }: TouchpointRecord, { at }: Touchpoint, skewSeconds = 0): Instant {
  const moved = corrected(at, skewSeconds);
  const latest = addMs(storedAt, 999);
  return moved < latest ? moved : latest;
}
