import { evaluations } from './evaluations.ts';
import { verdictOf } from './figure.ts';
import { table } from './table.ts';

const [folder, only] = process.argv.slice(2);
if (folder === undefined) {
  console.error(
    'usage: npm run evaluate -- DIR [NAME]: figures on the public data sets in DIR, all or those of one name',
  );
  process.exit(2);
}
let missed = 0;
for (const [name, evaluate] of Object.entries(evaluations)) {
  if (only !== undefined && name !== only) continue;
  const began = performance.now();
  const figures = await evaluate(folder).catch((cause: unknown) => {
    console.log(`\n${name}: ${cause instanceof Error ? cause.message : String(cause)}`);
    missed++;
    return [];
  });
  console.log(`\n${name} (${((performance.now() - began) / 1000).toFixed(1)} s)\n${table(figures)}`);
  missed += figures.filter((figure) => verdictOf(figure) === 'missed').length;
}
console.log(missed === 0 ? '\nEvery floor holds.' : `\n${missed} missed.`);
process.exitCode = missed === 0 ? 0 : 1;
