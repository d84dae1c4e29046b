import { BatchWriteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import middy from '@middy/core';
import { z } from 'zod';

/**
 * The function most teams would write for the same job, with every default: middy, zod, the DynamoDB client and the document client.
 * `collect` is timed against it.
 */
const Message = z.object({ userId: z.string(), event: z.string(), messageId: z.string(), timestamp: z.string() });

const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));

async function store(event: { body: string }) {
  const message = Message.loose().parse(JSON.parse(event.body));
  const Item = { pk: `local#u:${message.userId}`, sk: `t#${message.timestamp}#${message.messageId}`, message };
  await client.send(new PutCommand({ TableName: process.env.TABLE_NAME, Item }));
  return { statusCode: 200, body: JSON.stringify({ success: true, by: BatchWriteItemCommand.name }) };
}

export const handler = middy(store);
