import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { readEnv } from '#lib/aws/env.ts';
import { sdkClientDefaults } from '#lib/aws/sdk-client-defaults.ts';
import { bucketObjects } from '#lib/aws/object-store.ts';
import { dynamoTable } from '#lib/aws/table/dynamo-table.ts';
import { tableExport } from '#lib/aws/table/table-export.ts';
import { sampleStore } from '#lib/churn/training/sample-store.ts';
import { systemClock as clock } from '#lib/shared/time.ts';
import { Env } from './env.ts';
import { collectTrainingData } from './handler.ts';

const env = readEnv(Env);
const exported = tableExport(bucketObjects(new S3Client({}), env.EXPORT_BUCKET));
const samples = sampleStore(dynamoTable(new DynamoDBClient(sdkClientDefaults), env.TABLE_NAME));

export const handler = collectTrainingData({ exported, samples, clock });
