import { expect, test, vi } from 'vitest';
import { metricLine, namespaceVariable } from '../../lib/aws/metrics.ts';

test('outcomes are counted in the namespace of the environment, under the function, in one set of dimensions', () => {
  vi.stubEnv(namespaceVariable, 'throughline-dev');
  const line = metricLine('send', { sent: 2, failed: 0 }, { now: 1_000, channel: 'email' });
  vi.unstubAllEnvs();
  expect(JSON.parse(line ?? '')).toEqual({
    _aws: {
      Timestamp: 1_000,
      CloudWatchMetrics: [{ Namespace: 'throughline-dev', Dimensions: [['function']], Metrics: [{ Name: 'sent' }] }],
    },
    ...{ function: 'send', sent: 2, channel: 'email' },
  });
});

test('where nothing happened nothing is written', () => {
  expect(metricLine('send', { sent: 0 }, { now: 1_000 })).toBeUndefined();
});
