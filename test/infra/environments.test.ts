import { expect, test } from 'vitest';
import { Settings, environmentNames, settingsOf } from '../../infra/environments.ts';
import { resourcesOf, templateOf } from './synthesized.ts';

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
