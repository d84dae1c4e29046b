import * as z from 'zod';

/** The response of `GET /local/aws` of a local runner. */
const LocalAws = z.object({ stack: z.string(), table: z.string(), variables: z.record(z.string(), z.string()) });

export interface Environment {
  stack: string;
  table: string;
}

/** Options of scripts that work on an environment. */
export const environmentOptions = {
  env: { type: 'string', default: 'dev' },
  table: { type: 'string' },
  local: { type: 'string' },
} as const;

export const environmentUsage =
  '--env dev|staging|prod (dev), --table <name> (throughline-<env>), or --local http://localhost:8787 for `npm start`.';

/**
 * Returns the environment of a script. For a local runner it sets the SDK's variables, so it must
 * run before a client is made. Throws if there is no runner at the address.
 */
export async function findEnvironment({
  env,
  table,
  local,
}: {
  env: string;
  table?: string | undefined;
  local?: string | undefined;
}): Promise<Environment> {
  const stack = `throughline-${env}`;
  if (local === undefined) return { stack, table: table ?? stack };
  const response = await fetch(new URL('/local/aws', local));
  if (!response.ok) throw new Error(`${local} answers ${response.status}: is it \`npm start\`?`);
  const found = LocalAws.parse(await response.json());
  // A profile of AWS would take precedence over the variables.
  delete process.env.AWS_PROFILE;
  delete process.env.AWS_SESSION_TOKEN;
  Object.assign(process.env, found.variables);
  return { stack: found.stack, table: table ?? found.table };
}
