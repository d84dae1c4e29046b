import { createHash } from 'node:crypto';
import * as z from 'zod';
import { WorkspaceId } from '../../model/customer.ts';

/** `write` keys sit in apps and pages and may only send touchpoints; `secret` keys read, decide and publish. */
export const KeyKind = z.enum(['write', 'secret']);
export type KeyKind = z.infer<typeof KeyKind>;

const prefixes = { wk: 'write', sk: 'secret' } as const satisfies Record<string, KeyKind>;

export interface ApiKey {
  kind: KeyKind;
  workspace: string;
  /** What the table knows of the key: nobody who reads the table learns a key. */
  hash: string;
}

/** `wk_<workspace>[_<secret>]` taken apart: the key says where to look it up. Undefined for anything else. */
export function parseApiKey(text: string): ApiKey | undefined {
  if (text.length > 200) return undefined;
  const [prefix = '', workspace = ''] = text.split('_');
  if (!Object.hasOwn(prefixes, prefix) || !WorkspaceId.safeParse(workspace).success) return undefined;
  const kind = prefixes[prefix as keyof typeof prefixes];
  return { kind, workspace, hash: createHash('sha256').update(text).digest('hex') };
}
