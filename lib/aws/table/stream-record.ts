import { type AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { type Key } from '../../model/keys/table-keys.ts';
import { type Item } from './dynamo-table.ts';

/** The change of an item, from the table's stream. */
export interface StreamRecord {
  kind: 'INSERT' | 'MODIFY' | 'REMOVE';
  key: Key;
  sequence: string;
  before?: Item;
  after?: Item;
}

type Image = NonNullable<NonNullable<DynamoDBRecord['dynamodb']>['NewImage']>;

/**
 * The two packages type the same JSON differently. Every image has its item's key. Numbers are read
 * as in `dynamoTable`.
 */
const toItem = (image: Image): Item =>
  unmarshall(image as Record<string, AttributeValue>, { wrapNumbers: Number }) as Item;

const keyOfImage = ({ pk, sk }: Image): Key => ({ pk: pk?.S ?? '', sk: sk?.S ?? '' });

/** Parses a stream record. Throws if it is not an item's. */
export function readRecord({ eventName = 'MODIFY', dynamodb = {} }: DynamoDBRecord): StreamRecord {
  const { Keys = {}, NewImage, OldImage, SequenceNumber = '' } = dynamodb;
  return {
    kind: eventName,
    key: keyOfImage(Keys),
    sequence: SequenceNumber,
    ...(OldImage && { before: toItem(OldImage) }),
    ...(NewImage && { after: toItem(NewImage) }),
  };
}
