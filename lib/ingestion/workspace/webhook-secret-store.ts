import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { type Table } from '../../aws/table/dynamo-table.ts';
import { Unavailable } from '../../shared/errors.ts';
import { keys } from '../../model/keys/table-keys.ts';
import { cacheByKey } from '../../shared/cache.ts';
import { type Clock, Instant, addMs, dayMs, minuteMs } from '../../shared/time.ts';
import { ifRevision } from '../../aws/table/conditions.ts';

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

const maxTries = 5;
const aSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`;

/**
 * Returns the secrets that still sign: the newest, and each whose successor is younger than a day.
 */
function stillGood(secrets: WebhookSecret[], now: Instant): WebhookSecret[] {
  const edge = addMs(now, -overlapMs);
  return secrets.filter((_, i) => i === 0 || (secrets[i - 1]?.since ?? '') > edge).slice(0, 1 + maxReplaced);
}

/** The store over the table. */
export function webhookSecretStore(table: Table, clock: Clock): WebhookSecretStore {
  async function read(workspace: string): Promise<{ secrets: WebhookSecret[]; rev: number }> {
    const row = await table.get(keys.webhookSecrets(workspace), { consistent: true });
    return row ? { secrets: WebhookSecret.array().parse(row.secrets), rev: Number(row.rev) } : { secrets: [], rev: 0 };
  }

  async function add(
    workspace: string,
    from: { secrets: WebhookSecret[]; rev: number },
  ): Promise<WebhookSecret[] | undefined> {
    const now = clock.now();
    const secrets = stillGood([{ secret: aSecret(), since: now }, ...from.secrets], now);
    const row = { ...keys.webhookSecrets(workspace), secrets, rev: from.rev + 1 };
    return (await table.put(row, ifRevision(from.rev))) ? secrets : undefined;
  }

  const known = cacheByKey(clock, freshMs, async (workspace): Promise<WebhookSecret[]> => {
    for (let tries = 0; tries < maxTries; tries++) {
      const present = await read(workspace);
      const secrets = present.rev > 0 ? present.secrets : await add(workspace, present);
      if (secrets) return secrets;
    }
    throw new Unavailable('webhook-secret.contended', { workspace });
  });

  const current = async (workspace: string): Promise<WebhookSecret[]> => stillGood(await known(workspace), clock.now());

  return {
    current,
    keys: async (workspace) => (await current(workspace)).map(({ secret }) => secret),

    async rotate(workspace) {
      for (let tries = 0; tries < maxTries; tries++) {
        const secrets = await add(workspace, await read(workspace));
        if (!secrets) continue;
        known.forget(workspace);
        return secrets;
      }
      throw new Unavailable('webhook-secret.contended', { workspace });
    },
  };
}
