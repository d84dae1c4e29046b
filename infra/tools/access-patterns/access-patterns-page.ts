import { type keys } from '#lib/model/keys/table-keys.ts';
import { customerPatterns } from './customer-patterns.ts';
import { type AccessPattern, workspacePatterns } from './workspace-patterns.ts';

/**
 * Every key of the table: the type requires a row for each. `docs/access-patterns.md` is made of
 * it.
 */
const patterns: Record<keyof typeof keys, AccessPattern> = { ...workspacePatterns, ...customerPatterns };

/** The page `docs/access-patterns.md`. */
export function accessPatternsPage(): string {
  const rows = Object.entries(patterns).map(
    ([name, { key, holds, written, read }]) =>
      `| ${name} | \`${key.pk}\` | \`${key.sk}\` | ${holds} | ${written} | ${read} |`,
  );
  return [
    '# Access patterns',
    '',
    'Made from `lib/model/keys/table-keys.ts` by `npm run docs`. One table; every key starts with the workspace. `<customer>` is `u:<user id>` or',
    '`a:<anonymous id>`. Indexes, keys only: `byList` (items listed across customers) and `byDue` (items due for another look, by time).',
    '',
    '| item | partition | sort key | holds | written by | read by |',
    '|---|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}
