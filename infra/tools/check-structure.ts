import { fileURLToPath } from 'node:url';
import { limits } from './structure/limits.ts';
import { type Finding, findBreaches, formatFinding, formatPlace, isBroken } from './structure/report.ts';
import { rules } from './structure/rules.ts';
import { readTree } from './structure/source-tree.ts';

/**
 * `npm run check -- structure` prints each rule with its count and limit, and fails when a count is
 * above its limit. With names of rules, it prints every place of these rules and fails when one of
 * them is broken.
 */
const names = process.argv.slice(2);
const unknown = names.filter((name) => !Object.hasOwn(rules, name));
if (unknown.length > 0) throw new Error(`no rule ${unknown.join(', ')}: there is ${Object.keys(rules).join(', ')}`);

const findings = findBreaches(readTree(fileURLToPath(new URL('../..', import.meta.url))), rules, limits);
const chosen = names.length === 0 ? findings : findings.filter(({ name }) => names.includes(name));
const format = (finding: Finding): string[] =>
  names.length === 0 ? formatFinding(finding) : finding.places.map(formatPlace);

for (const line of chosen.flatMap(format)) console.log(line);
if (chosen.some(isBroken)) process.exitCode = 1;
