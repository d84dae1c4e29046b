import * as z from 'zod';
import { readServiceRequest } from '../http/read-request.ts';

const Attribute = z.object({ DataType: z.string(), StringValue: z.string().optional() });

/** SendMessage. */
export const SendRequest = z.object({
  MessageBody: z.string().min(1),
  DelaySeconds: z.int().min(0).max(900).default(0),
  MessageAttributes: z.record(z.string(), Attribute).default({}),
});
export type SendRequest = z.infer<typeof SendRequest>;

/** SendMessageBatch. */
export const SendBatchRequest = z.object({
  Entries: z
    .array(SendRequest.extend({ Id: z.string() }))
    .min(1)
    .max(10),
});

/** ReceiveMessage. */
export const ReceiveRequest = z.object({
  MaxNumberOfMessages: z.int().min(1).max(10).default(1),
  VisibilityTimeout: z.int().min(0).max(43_200).optional(),
});

/** DeleteMessage. */
export const DeleteRequest = z.object({ ReceiptHandle: z.string() });

/** DeleteMessageBatch. */
export const DeleteBatchRequest = z.object({
  Entries: z
    .array(DeleteRequest.extend({ Id: z.string() }))
    .min(1)
    .max(10),
});

/** ChangeMessageVisibilityBatch. */
export const VisibilityBatchRequest = z.object({
  Entries: z
    .array(DeleteRequest.extend({ Id: z.string(), VisibilityTimeout: z.int().min(0).max(43_200) }))
    .min(1)
    .max(10),
});

/** The queue that any request names. */
export const QueueRequest = z.looseObject({ QueueUrl: z.string().optional(), QueueName: z.string().optional() });

/** Parses a request. Throws SQS's error for a wrong one. */
export const parseRequest = <Shape extends z.ZodType>(shape: Shape, body: unknown): z.infer<Shape> =>
  readServiceRequest(shape, body, 'InvalidParameterValue');
