import { type Place, type Rule, type SourceTree } from './source-tree.ts';

/** Places printed of a broken rule. Most rules fit; two have hundreds and would hide the others. */
const maxPlaces = 30;

export interface Finding {
  name: string;
  explanation: string;
  places: Place[];
  limit: number;
}

/** Applies the rules to a tree. A rule without a limit has the limit 0. */
export function findBreaches(
  tree: SourceTree,
  rules: Record<string, Rule>,
  limits: Partial<Record<string, number>>,
): Finding[] {
  return Object.entries(rules).map(([name, { explanation, find }]) => ({
    ...{ name, explanation, places: find(tree) },
    limit: limits[name] ?? 0,
  }));
}

export const isBroken = ({ places, limit }: Finding): boolean => places.length > limit;

export const formatPlace = ({ path, line, detail }: Place): string =>
  `${path}${line === undefined ? '' : `:${line}`} ${detail}`;

/**
 * One line with the count, the limit and the explanation of a rule. After it a hint when the limit
 * can be lowered, or the places when the rule is broken.
 */
export function formatFinding(finding: Finding): string[] {
  const { name, explanation, places, limit } = finding;
  const count = `${String(places.length).padStart(5)} of ${String(limit).padEnd(5)}`;
  const lines = [`${isBroken(finding) ? 'FAILED' : '      '} ${count} ${name.padEnd(24)} ${explanation}`];
  if (places.length < limit) lines.push(`       hint: lower the limit of ${name} to ${places.length} in limits.ts`);
  if (!isBroken(finding)) return lines;
  lines.push(...places.slice(0, maxPlaces).map((place) => `         ${formatPlace(place)}`));
  if (places.length > maxPlaces)
    lines.push(`         and ${places.length - maxPlaces} more: node infra/tools/check-structure.ts '${name}'`);
  return lines;
}
