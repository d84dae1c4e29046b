import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { anchorOf } from '#infra/capabilities/alarms.ts';
import { namespaceVariable } from '#lib/aws/metrics.ts';
import { resourcesOf, templateOf, warningsOf } from '../synthesized-template.ts';

const runbook = readFileSync(new URL('../../../docs/runbook.md', import.meta.url), 'utf8');
const anchors = [...runbook.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));

const namespaceOf = (properties: Record<string, unknown>): unknown =>
  (properties.Environment as { Variables: Record<string, unknown> }).Variables[namespaceVariable];

const alarmsOf = async (...args: Parameters<typeof templateOf>) =>
  Object.entries(resourcesOf(await templateOf(...args), 'AWS::CloudWatch::Alarm'));

test('every alarm leads to a heading of the runbook', async () => {
  const alarms = await alarmsOf('prod');
  expect(alarms.length).toBeGreaterThan(10);
  for (const [, { Properties }] of alarms) {
    const [, anchor] = /docs\/runbook\.md#([a-z0-9-]+)$/.exec(String(Properties.AlarmDescription)) ?? [];
    expect(anchors).toContain(anchor);
  }
});

test('what alarms cost is told of as many as there are', async () => {
  const price = readFileSync(new URL('../../../docs/decisions/idle-costs-nothing.md', import.meta.url), 'utf8');
  expect(price).toContain(`\`staging\` and \`prod\` have ${(await alarmsOf('prod')).length}`);
});

test('idle is no alarm', async () => {
  for (const [, { Properties }] of await alarmsOf('prod')) expect(Properties.TreatMissingData).toBe('notBreaching');
});

test('every queue of letters, stream reader, journey and training is watched', async () => {
  const names = (await alarmsOf('prod')).map(([id]) => id.replace(/^Alarms|[0-9A-F]{8}$/g, ''));
  expect(names).toEqual(
    expect.arrayContaining([
      'DeadLetters',
      'ProjectDeadLetters',
      'RelayDeadLetters',
      'ProjectBehind',
      'RelayBehind',
      'ServerErrors',
      'Throttles',
      'OnboardingFailed',
      'RetentionFailed',
      'TrainingFailed',
    ]),
  );
});

test.each(['staging', 'prod'])('what the functions of %s count is watched there, and nothing else is', async (name) => {
  const functions = Object.values(resourcesOf(await templateOf(name), 'AWS::Lambda::Function'));
  expect(new Set(functions.map(({ Properties }) => namespaceOf(Properties)))).toEqual(new Set([`throughline-${name}`]));
  const watched = (await alarmsOf(name)).map(([, { Properties }]) => Properties.Namespace as string | undefined);
  const own = watched.filter((namespace) => namespace !== undefined && !namespace.startsWith('AWS/'));
  expect(new Set(own)).toEqual(new Set([`throughline-${name}`]));
});

test('alarms that nobody is told of are warned of', async () => {
  const unheard: unknown = expect.stringContaining('set `alarmEmail` or `alarmTopicArn`');
  expect(await warningsOf('prod')).toContainEqual(unheard);
  expect(await warningsOf('prod', { alarmEmail: 'ops@example.com' })).not.toContainEqual(unheard);
  expect(await warningsOf('dev')).not.toContainEqual(unheard);
});

test('an environment without alarms has none; one with an address mails to it', async () => {
  expect(await alarmsOf('dev')).toEqual([]);
  const template = await templateOf('prod', { alarmEmail: 'ops@example.com' });
  template.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'email', Endpoint: 'ops@example.com' });
  for (const { Properties } of Object.values(resourcesOf(template, 'AWS::CloudWatch::Alarm')))
    expect(Properties.AlarmActions).toHaveLength(1);
});
