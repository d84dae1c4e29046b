import { beforeAll, expect, test } from 'vitest';
import type { Template } from 'aws-cdk-lib/assertions';
import { functionNames } from '#infra/tools/build.ts';
import { functions } from '#infra/functions/function-table.ts';
import { namespaceVariable } from '#lib/aws/metrics.ts';
import { functionIds, resourcesOf, templateOf } from '../synthesized-template.ts';

let template: Template;
beforeAll(async () => (template = await templateOf('prod')));

const lambdas = () => Object.entries(resourcesOf(template, 'AWS::Lambda::Function'));

test('every function that has a folder is deployed, and no other', () => {
  expect(Object.keys(functions).sort()).toEqual(functionNames());
  expect(Object.keys(functionIds(template)).sort()).toEqual(functionNames());
});

test.each(Object.entries(functions))('%s finds in its environment what its schema asks for', (entry, { env }) => {
  const id = functionIds(template)[entry] ?? '';
  const { Variables = {} } = (resourcesOf(template, 'AWS::Lambda::Function')[id]?.Properties.Environment ?? {}) as {
    Variables?: Record<string, unknown>;
  };
  // A reference becomes some text; what is joined of several stays JSON.
  const joined = ['JOURNEYS', 'STEP_FUNCTIONS'];
  const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
  const values = Object.fromEntries(
    Object.entries(Variables).map(([name, value]) => [name, joined.includes(name) ? '{}' : textOf(value)]),
  );
  const read = env.safeParse(values);
  expect(read.error).toBeUndefined();
  const unasked = Object.keys(Variables).filter((name) => !Object.hasOwn(env.shape, name));
  expect(unasked).toEqual([namespaceVariable]);
});

test('every function logs to a group of its own that forgets, as JSON, and traces', () => {
  const groups = resourcesOf(template, 'AWS::Logs::LogGroup');
  expect(Object.values(groups).filter(({ Properties }) => Properties.RetentionInDays === undefined)).toEqual([]);
  const logs = lambdas().map(([, { Properties }]) => {
    const { LogFormat, LogGroup } = Properties.LoggingConfig as { LogFormat: string; LogGroup: { Ref: string } };
    expect(LogFormat).toBe('JSON');
    expect(Properties.TracingConfig).toEqual({ Mode: 'Active' });
    return LogGroup.Ref;
  });
  expect(new Set(logs).size).toBe(lambdas().length);
  for (const ref of logs) expect(groups).toHaveProperty(ref);
});

test('functions run on arm64, on the Node they are built for, and are given up after a time', () => {
  for (const [, { Properties }] of lambdas()) {
    expect(Properties).toMatchObject({ Architectures: ['arm64'], Runtime: 'nodejs24.x', Handler: 'index.handler' });
    expect(Properties.Timeout).toBeGreaterThanOrEqual(5);
    expect(Properties.ReservedConcurrentExecutions).toBeUndefined();
  }
});

/** Functions that are called without anybody waiting for the answer, by what the template says of who calls them. */
function calledByNobody(): string[] {
  const targets = [
    ...Object.values(resourcesOf(template, 'AWS::Events::Rule')).flatMap(({ Properties }) => Properties.Targets),
    ...Object.values(resourcesOf(template, 'AWS::Scheduler::Schedule')).map(({ Properties }) => Properties.Target),
  ] as { Arn?: { 'Fn::GetAtt': [string] }; Properties?: never }[];
  return targets.map(({ Arn }) => Arn?.['Fn::GetAtt'][0] ?? '');
}

test('what nobody waits for is tried three times, and then goes to a queue', () => {
  const configs = Object.values(resourcesOf(template, 'AWS::Lambda::EventInvokeConfig'));
  expect(calledByNobody().length).toBeGreaterThan(4);
  for (const id of calledByNobody()) {
    const config = configs.find(({ Properties }) => JSON.stringify(Properties.FunctionName).includes(`"${id}"`));
    expect(config?.Properties).toMatchObject({ MaximumRetryAttempts: 2, DestinationConfig: { OnFailure: {} } });
  }
});

test('what cannot be delivered goes to a queue, too', () => {
  const targets = Object.values(resourcesOf(template, 'AWS::Events::Rule')).flatMap(
    ({ Properties }) => Properties.Targets as object[],
  );
  const schedules = Object.values(resourcesOf(template, 'AWS::Scheduler::Schedule')).map(
    ({ Properties }) => Properties.Target as object,
  );
  for (const target of [...targets, ...schedules]) {
    expect(target).toHaveProperty('DeadLetterConfig.Arn');
    expect(target).toHaveProperty('RetryPolicy.MaximumEventAgeInSeconds');
  }
});

test('letters are kept for two weeks', () => {
  for (const { Properties } of Object.values(resourcesOf(template, 'AWS::SQS::Queue')))
    expect(Properties.MessageRetentionPeriod).toBe(14 * 86_400);
});
