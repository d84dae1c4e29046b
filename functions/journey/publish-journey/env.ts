import * as z from 'zod';

const json = z.string().transform((text): unknown => JSON.parse(text));

/**
 * `STACK`: what the names of machines begin with. `MACHINES`: ARN of a machine but for its name. `MACHINE_ROLE_ARN` and
 * `MACHINE_LOG_ARN`: what machines may do, and where they write errors. `STEP_FUNCTIONS`: name → ARN.
 * The endpoint is set where the table is an embedded engine on this machine: there journeys may call this machine too.
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
