import { type Scaffold } from './edit.ts';
import { camelCase, pascalCase } from './case.ts';

const env = `import * as z from 'zod';

export const Env = z.object({ TABLE_NAME: z.string() });
`;

const handler = (verb: string, type: string): string => `import * as z from 'zod';
import { type ProfileStore } from '#lib/profile/profile-store.ts';
import { NotFound } from '#lib/shared/errors.ts';
import { type Instant } from '#lib/shared/time.ts';

interface Dependencies {
  profiles: Pick<ProfileStore, 'get'>;
}

/** Payload of the function. */
const ${type}Event = z.object({ workspace: z.string(), customer: z.string() });

/**
 * Returns when a customer was seen last. Throws \`NotFound('customer.unknown')\`. Read-only, so it is
 * safe to crash and to retry.
 */
export function ${verb}({ profiles }: Dependencies) {
  return async (event: unknown): Promise<{ lastSeen: Instant }> => {
    const owner = ${type}Event.parse(event);
    const profile = await profiles.get(owner);
    if (!profile) throw new NotFound('customer.unknown', { customer: owner.customer });
    return { lastSeen: profile.lastSeen };
  };
}
`;

const index = (verb: string): string => `import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { readEnv } from '#lib/aws/env.ts';
import { sdkClientDefaults } from '#lib/aws/sdk-client-defaults.ts';
import { dynamoTable } from '#lib/aws/table/dynamo-table.ts';
import { profileStore } from '#lib/profile/profile-store.ts';
import { Env } from './env.ts';
import { ${verb} } from './handler.ts';

const table = dynamoTable(new DynamoDBClient(sdkClientDefaults), readEnv(Env).TABLE_NAME);

export const handler = ${verb}({ profiles: profileStore(table) });
`;

const test = (path: string, verb: string): string => `import { expect, test } from 'vitest';
import { ${verb} } from '#functions/${path}/handler.ts';

test('an unknown customer is an error', async () => {
  const ask = ${verb}({ profiles: { get: () => Promise.resolve(undefined) } });

  await expect(ask({ workspace: 'acme', customer: 'u:maria' })).rejects.toThrow('customer.unknown');
});
`;

/**
 * Returns the files of a function that reads a customer, to be changed into the one that is wanted,
 * and its rows in the tables of functions. `path` is `<word>/<verb-object>`.
 */
export function scaffoldFunction(path: string): Scaffold {
  const [word = '', folder = ''] = path.split('/');
  const verb = camelCase(folder);
  const type = pascalCase(folder);
  const [table, list] =
    word === 'journey'
      ? ['infra/functions/journey-functions.ts', 'export const journeyFunctions = {']
      : ['infra/functions/function-table.ts', 'export const functions = {'];
  return {
    files: [
      { path: `functions/${path}/env.ts`, text: env },
      { path: `functions/${path}/handler.ts`, text: handler(verb, type) },
      { path: `functions/${path}/index.ts`, text: index(verb) },
      { path: `test/functions/${path}.unit.test.ts`, text: test(path, verb) },
    ],
    rows: [
      {
        path: 'infra/functions/function-folders.ts',
        begins: 'export const functionFolders',
        ends: '};',
        row: `  '${path}': '${path}',`,
      },
      {
        path: table,
        begins: list,
        ends: '} as const satisfies Record<string, FunctionRow>;',
        row: `  '${path}': { env: ${type}Env, description: '${verb}', timeoutSeconds: 30 },`,
      },
    ],
    imports: [{ path: table, line: `import { Env as ${type}Env } from '../../functions/${path}/env.ts';` }],
    next: [
      `functions/${path}/handler.ts: what it does. ${table}: its description and limits`,
      `infra/capabilities/${word}.ts: new NodeFunction(…), what it is granted, and its routes or events`,
      'a route: its description in the …-routes.ts of the word in lib',
      'npm run docs, npm run check, npm test -- test/functions test/infra/functions',
    ],
  };
}
