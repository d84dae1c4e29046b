import { expect, test } from 'vitest';
import { Settings, environmentNames, settingsOf } from '../../infra/environments.ts';
import { functionIds, resourcesOf, templateOf, warningsOf } from './synthesized-template.ts';

test.each(environmentNames)('the settings of %s are right', (name) => {
  expect(settingsOf(name)).toBeDefined();
});

test('an environment that is none is told with those there are', () => {
  expect(() => settingsOf('production')).toThrow('there is dev, staging, prod, local');
});

test('a setting nobody knows is an error', () => {
  expect(Settings.safeParse({ ...settingsOf('dev'), deletionProtecton: true }).success).toBe(false);
});

test('what runs locally is what is deployed', async () => {
  const kinds = async (name: string) => {
    const { Resources } = (await templateOf(name)).toJSON() as { Resources: Record<string, { Type: string }> };
    // Names of permissions hold the stack's.
    return Object.entries(Resources)
      .filter(([, { Type }]) => Type !== 'AWS::Lambda::Permission')
      .map(([id, { Type }]) => `${id} ${Type}`);
  };
  expect(await kinds('local')).toEqual(await kinds('prod'));
});

test('an own name, a web ACL and logs at the edge are there when they are asked for', async () => {
  const template = await templateOf('prod', {
    domain: { name: 'api.example.com', certificateArn: 'arn:aws:acm:us-east-1:000000000000:certificate/c' },
    webAclArn: 'arn:aws:wafv2:us-east-1:000000000000:global/webacl/a/b',
    edgeLogs: true,
  });
  template.hasResourceProperties('AWS::CloudFront::Distribution', {
    DistributionConfig: {
      Aliases: ['api.example.com'],
      ViewerCertificate: { MinimumProtocolVersion: 'TLSv1.2_2021' },
      WebACLId: 'arn:aws:wafv2:us-east-1:000000000000:global/webacl/a/b',
      Logging: {},
    },
  });
  const without = Object.keys(resourcesOf(await templateOf('prod'), 'AWS::S3::Bucket'));
  expect(without).toEqual([expect.stringMatching(/^ChurnExports/)]);
});

/** What functions reserve, by entry; those that reserve none are left out. */
async function reservedIn(accountConcurrency?: number): Promise<Record<string, unknown>> {
  const template = await templateOf('prod', accountConcurrency === undefined ? {} : { accountConcurrency });
  const all = resourcesOf(template, 'AWS::Lambda::Function');
  const reserved = Object.entries(functionIds(template)).map(([entry, id]) => {
    return [entry, all[id]?.Properties.ReservedConcurrentExecutions] as const;
  });
  return Object.fromEntries(reserved.filter(([, n]) => n !== undefined));
}

test('what takes in, folds, publishes and sends keeps executions that nothing else can take, and 100 stay for others', async () => {
  const reserved = await reservedIn(1_000);
  expect(reserved).toEqual({
    ...{ 'ingestion/collect': 315, 'profile/project': 90, 'profile/relay': 90, 'journey/send': 90 },
  });
  expect(await reservedIn(500)).toMatchObject({ 'ingestion/collect': 140, 'journey/send': 40 });
});

test('an account that is new, or of which nothing is known, reserves nothing, and production says so', async () => {
  expect(await reservedIn()).toEqual({});
  expect(await reservedIn(10)).toEqual({});
  const warns = async (environment: string, settings = {}) =>
    (await warningsOf(environment, settings)).some((text) => text.includes('no concurrency is reserved'));
  expect(await warns('prod')).toBe(true);
  expect(await warns('prod', { accountConcurrency: 1_000 })).toBe(false);
  expect(await warns('dev')).toBe(false);
});
