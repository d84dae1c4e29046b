import { Annotations } from 'aws-cdk-lib';
import { type Construct } from 'constructs';
import { type FunctionEntry } from './function-table.ts';

/** Executions of an account that Lambda keeps for functions without a reserve. */
const unreservable = 100;

/**
 * Reserved shares of the account's quota, percent; the rest is for all other functions. At 1,000
 * they are 315, 90, 90 and 90. `collect` takes 50 ms a request, so 315 serve 6,000 a second, more
 * than the gateway allows. `relay` and `project` run at most 4 and 1 a shard.
 */
const shares: Partial<Record<FunctionEntry, number>> = {
  'ingestion/collect': 35,
  'profile/project': 10,
  'profile/relay': 10,
  'journey/send': 10,
};

/** Smallest quota with a reserve. Below it a share would be a bottleneck. */
const leastQuota = 500;

/** Returns a function's reserve, which is also its maximum; undefined if it shares the rest. */
export function reservedFor(entry: FunctionEntry, accountConcurrency: number | undefined): number | undefined {
  const share = shares[entry];
  if (share === undefined || accountConcurrency === undefined || accountConcurrency < leastQuota) return undefined;
  return Math.floor(((accountConcurrency - unreservable) * share) / 100);
}

/** Warns at synthesis that nothing is reserved, and why. */
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
