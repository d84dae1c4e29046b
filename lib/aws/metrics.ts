/**
 * The variable with the CloudWatch namespace of a function's metrics. It contains the stack's name,
 * so environments of one account stay apart. That costs four bytes a line and no extra metric; a
 * second dimension would cost thirty.
 */
export const namespaceVariable = 'METRIC_NAMESPACE';

/**
 * Returns counts as a line of CloudWatch's embedded metric format, with the function as the only
 * dimension. It needs no call and no client: about 200 bytes of log. Zeros are omitted; undefined
 * if all are zero. `facts` are logged, not metrics. `now` in ms since 1970.
 */
export function metricLine(
  name: string,
  counts: Record<string, number>,
  { now, ...facts }: { now: number } & Record<string, unknown>,
): string | undefined {
  const counted = Object.entries(counts).filter(([, n]) => n !== 0);
  if (counted.length === 0) return undefined;
  const Metrics = counted.map(([Name]) => ({ Name }));
  const directive = { Namespace: process.env[namespaceVariable], Dimensions: [['function']], Metrics };
  const head = { _aws: { Timestamp: now, CloudWatchMetrics: [directive] }, function: name };
  return JSON.stringify({ ...head, ...Object.fromEntries(counted), ...facts });
}

/** Writes to stdout, past `console`, because Lambda's JSON log format would wrap the line. */
export function writeLine(line: string | undefined): void {
  if (line !== undefined) process.stdout.write(`${line}\n`);
}
