import { ifRevision } from '../../aws/table/conditions.ts';
import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { type Table } from '../../aws/table/dynamo-table.ts';
import { Unavailable } from '../../shared/errors.ts';
import { keys } from '../../model/keys/table-keys.ts';
import { cacheByKey } from '../../shared/cache.ts';
import { conflict, retryOnConflict } from '../../shared/retry.ts';
import { type Clock, Instant, addMs, dayMs, minuteMs } from '../../shared/time.ts';

/**
 * A secret that signs webhook calls from `since` on. Standard Webhooks: `whsec_` and 24 to 64 bytes
 * in base64.
 */
export const WebhookSecret = z.object({ secret: z.string(), since: Instant });
export type WebhookSecret = z.infer<typeof WebhookSecret>;

/** How long a replaced secret still signs, ms, so that receivers can switch. */
const overlapMs = dayMs;

/** Limit of replaced secrets that still sign. Repeated rotation must not fill a header. */
const maxReplaced = 2;

/** How long an environment may use secrets it has read, ms. */
const freshMs = minuteMs;

/** Reads and rotates a workspace's webhook secrets. */
export interface WebhookSecretStore {
  /** Returns secrets, newest first, at most a minute old. Creates the first one. */
  current(workspace: string): Promise<WebhookSecret[]>;
  /** Returns the same without times: the keys that sign calls. */
  keys: (workspace: string) => Promise<readonly string[]>;
  /** Adds a secret; earlier ones sign for another day. Two concurrent rotations add two. */
  rotate(workspace: string): Promise<WebhookSecret[]>;
}

interface Dependencies {
  table: Table;
  clock: Clock;
}

const createSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`;

/**
 * Returns the secrets that still sign: the newest, and each whose successor is younger than a day.
 */
function signingSecrets(secrets: WebhookSecret[], now: Instant): WebhookSecret[] {
  const edge = addMs(now, -overlapMs);
  return secrets.filter((_, i) => i === 0 || (secrets[i - 1]?.since ?? '') > edge).slice(0, 1 + maxReplaced);
}

/** The stored secrets, with the revision 0 if there are none. */
interface StoredSecrets {
  secrets: WebhookSecret[];
  rev: number;
}

async function readSecrets(table: Table, workspace: string): Promise<StoredSecrets> {
  const row = await table.get(keys.webhookSecrets(workspace), { consistent: true });
  return row ? { secrets: WebhookSecret.array().parse(row.secrets), rev: Number(row.rev) } : { secrets: [], rev: 0 };
}

/** Adds a secret to the stored ones. Returns all that sign, or a conflict. */
async function addSecret(
  { table, clock }: Dependencies,
  workspace: string,
  stored: StoredSecrets,
): Promise<WebhookSecret[] | typeof conflict> {
  const now = clock.now();
  const secrets = signingSecrets([{ secret: createSecret(), since: now }, ...stored.secrets], now);
  const row = { ...keys.webhookSecrets(workspace), secrets, rev: stored.rev + 1 };
  return (await table.put(row, ifRevision(stored.rev))) ? secrets : conflict;
}

const attempts = (workspace: string) => ({
  maxTries: 5,
  contended: () => new Unavailable('webhook-secret.contended', { workspace }),
});

/** Returns the stored secrets. Creates the first one. */
function readOrCreate(on: Dependencies, workspace: string): Promise<WebhookSecret[]> {
  return retryOnConflict(attempts(workspace), async () => {
    const stored = await readSecrets(on.table, workspace);
    return stored.rev > 0 ? stored.secrets : addSecret(on, workspace, stored);
  });
}

function rotateSecret(on: Dependencies, workspace: string): Promise<WebhookSecret[]> {
  return retryOnConflict(attempts(workspace), async () =>
    addSecret(on, workspace, await readSecrets(on.table, workspace)),
  );
}

/** The store over the table. */
export function webhookSecretStore(table: Table, clock: Clock): WebhookSecretStore {
  const known = cacheByKey(clock, freshMs, (workspace) => readOrCreate({ table, clock }, workspace));
  const current = async (workspace: string) => signingSecrets(await known(workspace), clock.now());
  return {
    current,
    keys: async (workspace) => (await current(workspace)).map(({ secret }) => secret),
    async rotate(workspace) {
      const secrets = await rotateSecret({ table, clock }, workspace);
      known.forget(workspace);
      return secrets;
    },
  };
}
