import * as z from 'zod';

const json = z.string().transform((text): unknown => JSON.parse(text));

/**
 * `STACK`: prefix of the names of state machines. `MACHINES`: prefix of their ARNs.
 * `MACHINE_ROLE_ARN`, `MACHINE_LOG_ARN`: their role and error log. `STEP_FUNCTIONS`: name → ARN.
 * The endpoint is set where the table is a local engine; there journeys may call this machine too.
 */
export const Env = z.object({
  TABLE_NAME: z.string(),
  AWS_ENDPOINT_URL_DYNAMODB: z.string().optional(),
  STACK: z.string(),
  MACHINES: z.string(),
  MACHINE_ROLE_ARN: z.string(),
  MACHINE_LOG_ARN: z.string(),
  STEP_FUNCTIONS: json.pipe(z.record(z.string(), z.string())),
});
