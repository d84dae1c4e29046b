import { readdirSync, readFileSync } from 'node:fs';
import { check } from '../lib/journey/check.ts';
import { compileJourney, type StepFunctions } from '../lib/journey/compile.ts';
import { JourneyDefinition } from '../lib/journey/definition.ts';
import { median } from './figures.ts';
import { type Figure } from './report.ts';

const journeys = new URL('../events/journeys/', import.meta.url);
const rounds = 50;

const arn = (name: string): string => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
const functions: StepFunctions = {
  send: arn('send'),
  wait: arn('wait'),
  branch: arn('branch'),
  decide: arn('decide'),
  update: arn('update'),
  assign: arn('assign'),
  emit: arn('emit'),
  webhook: arn('webhook'),
  park: arn('park'),
};

/** Milliseconds from a definition's JSON to that of its state machine, checked, median of the rounds. */
function compileMs(text: string): number {
  const took = Array.from({ length: rounds }, () => {
    const begun = performance.now();
    const definition = JourneyDefinition.parse(JSON.parse(text));
    const faults = check(definition);
    if (faults.some(({ severity }) => severity === 'error'))
      throw new Error(`${definition.id}: ${JSON.stringify(faults)}`);
    JSON.stringify(compileJourney(definition, functions));
    return performance.now() - begun;
  });
  return median(took);
}

/** One figure for each ready journey. */
export function measureCompile(): Figure[] {
  const files = readdirSync(journeys).filter((file) => file.endsWith('.json'));
  return files.map((file) => ({
    name: `${file.replace('.json', '')}: check and compile`,
    value: compileMs(readFileSync(new URL(file, journeys), 'utf8')),
    unit: 'ms',
  }));
}

if (import.meta.main) for (const { name, value } of measureCompile()) console.log(name, value.toFixed(2), 'ms');
