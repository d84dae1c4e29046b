import { createHash } from 'node:crypto';
import * as z from 'zod';
import { WorkspaceId } from '../../model/customer.ts';

/**
 * `write` keys are in apps and pages and may only send touchpoints. `secret` keys may read, decide
 * and publish.
 */
export const KeyKind = z.enum(['write', 'secret']);
export type KeyKind = z.infer<typeof KeyKind>;

const prefixes = { wk: 'write', sk: 'secret' } as const satisfies Record<string, KeyKind>;

export interface ApiKey {
  kind: KeyKind;
  workspace: string;
  /** What the table stores of the key, so that a reader of the table learns no key. */
  hash: string;
}

/**
 * Parses `wk_<workspace>[_<secret>]`. The key names the workspace of its row. Undefined for
 * anything else.
 */
export function parseApiKey(text: string): ApiKey | undefined {
  if (text.length > 200) return undefined;
  const [prefix = '', workspace = ''] = text.split('_');
  if (!Object.hasOwn(prefixes, prefix) || !WorkspaceId.safeParse(workspace).success) return undefined;
  const kind = prefixes[prefix as keyof typeof prefixes];
  return { kind, workspace, hash: createHash('sha256').update(text).digest('hex') };
}
