import * as z from 'zod';

/**
 * The endpoint is set where the table is a local engine. There journeys may call this machine too.
 */
export const Env = z.object({ TABLE_NAME: z.string(), AWS_ENDPOINT_URL_DYNAMODB: z.string().optional() });
