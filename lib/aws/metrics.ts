/**
 * The variable that says where CloudWatch lists a function's metrics. Every function has it, and in it the stack's name: environments
 * of one account stay apart, at four bytes a line and no metric more, where a second dimension would take thirty.
 */
export const namespaceVariable = 'METRIC_NAMESPACE';

/**
 * Counts outcomes under their names, with the function as the only dimension, as one line of CloudWatch's embedded metric format:
 * no call, no client, about 200 bytes of log. Zeros are left out; all zeros write nothing. `facts` travel in the line and are no
 * metrics. Written past `console`, which Lambda's JSON log format would wrap. `now` in milliseconds since 1970.
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

export function writeLine(line: string | undefined): void {
  if (line !== undefined) process.stdout.write(`${line}\n`);
}
