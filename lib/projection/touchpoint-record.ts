import type { DynamoDBRecord } from 'aws-lambda';
import * as z from 'zod';
import { CustomerRef, WorkspaceId } from '../model/customer.ts';
import { Touchpoint } from '../model/touchpoint.ts';
import { isJsonObject, type JsonObject } from '../shared/json.ts';
import { parsePartition, parseTimedKey } from '../model/keys/parse-keys.ts';
import { type Key, keys, timelineRanges } from '../model/keys/table-keys.ts';
import { compact } from '../shared/records.ts';
import { Instant } from '../shared/time.ts';
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

type Change = NonNullable<DynamoDBRecord['dynamodb']>;
type Image = Change['NewImage'];

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

function readKey({ Keys = {} }: Change): Key {
  return { pk: Keys.pk?.S ?? '', sk: Keys.sk?.S ?? '' };
}

/** The stream's label is the end of its ARN. */
function readPosition(change: Change, streamArn: string, source: CustomerRef): Position {
  return { stream: streamArn.split('/stream/')[1] ?? '', sequence: change.SequenceNumber ?? '', source };
}

function readStoredAt({ ApproximateCreationDateTime = 0 }: Change): Instant {
  return new Date(ApproximateCreationDateTime * 1_000).toISOString();
}

function readRedriven(image: Image): Pick<TouchpointRecord, 'redriven'> {
  const mark = image?.[redrivenAttribute]?.S;
  return mark === undefined ? {} : compact({ redriven: mark.split(' ')[0] });
}

/** Parses a stream record of a touchpoint. Never throws: an unreadable record has a `reason`. */
export function parseTouchpointRecord({ dynamodb = {}, eventSourceARN = '' }: DynamoDBRecord): TouchpointRecord {
  const key = readKey(dynamodb);
  const owner = ownerOf(key.pk);
  const { workspace, source } = owner ?? { workspace: '', source: '' };
  return {
    workspace,
    key,
    position: readPosition(dynamodb, eventSourceARN, source),
    storedAt: readStoredAt(dynamodb),
    ...readRedriven(dynamodb.NewImage),
    ...(owner ? readRow(key.sk, dynamodb.NewImage) : { reason: 'key.invalid' }),
  };
}
