import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { readEnv } from '../../../lib/aws/env.ts';
import { lean } from '../../../lib/aws/lean.ts';
import { dynamoTable } from '../../../lib/aws/table.ts';
import { lessonStore } from '../../../lib/decision/lesson-store.ts';
import { profileStore } from '../../../lib/profile/store.ts';
import { systemClock } from '../../../lib/time.ts';
import { Env } from './env.ts';
import { learn } from './handler.ts';

const table = dynamoTable(new DynamoDBClient(lean), readEnv(Env).TABLE_NAME);

export const handler = learn({ lessons: lessonStore(table), profiles: profileStore(table), clock: systemClock });
