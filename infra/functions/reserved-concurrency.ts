import { Annotations } from 'aws-cdk-lib';
import { type Construct } from 'constructs';
import { type FunctionEntry } from './function-table.ts';

/** Lambda leaves so many executions of an account to functions that reserve none. */
const unreservable = 100;

/**
 * Shares of what an account can reserve, in percent: what takes in touchpoints, folds them, publishes and sends. The rest stays for all other
 * functions. At the usual 1,000 that is 315, 90, 90 and 90. `collect` takes some 50 ms a request: 315 are 6,000 a second, more than the gateway
 * lets through. `relay` and `project` run at most 4 and 1 for each shard of the stream.
 */
const shares: Partial<Record<FunctionEntry, number>> = {
  'ingestion/collect': 35,
  'profile/project': 10,
  'profile/relay': 10,
  'journey/send': 10,
};

/** Smallest quota of an account that reserves anything: with less, a share would be a bottleneck and not a promise. */
const leastQuota = 500;

/** Executions that a function keeps, which also is the most it may have; undefined where it shares with all others. */
export function reservedFor(entry: FunctionEntry, accountConcurrency: number | undefined): number | undefined {
  const share = shares[entry];
  if (share === undefined || accountConcurrency === undefined || accountConcurrency < leastQuota) return undefined;
  return Math.floor(((accountConcurrency - unreservable) * share) / 100);
}

/** Says at synthesis that nothing is reserved, and why. */
export function warnOfNoReserve(
  scope: Construct,
  { accountConcurrency, keepsData }: { accountConcurrency?: number | undefined; keepsData: boolean },
): void {
  if (!keepsData || (accountConcurrency ?? 0) >= leastQuota) return;
  Annotations.of(scope).addWarningV2(
    'throughline:no-reserved-concurrency',
    `no concurrency is reserved: reports, simulations and trainings can take what collect, project, relay and send need. Set accountConcurrency in infra/environments.ts to the account's quota (Service Quotas, Lambda, Concurrent executions), from ${leastQuota} on; a new account has 10`,
  );
}
