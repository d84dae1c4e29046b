import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { Placement } from '../../lib/decision/placements/placement.ts';
import { Workspace } from '../../lib/model/workspace.ts';
import { validateJourney } from '../../lib/journey/validation/validate-journey.ts';
import { JourneyDefinition } from '../../lib/journey/definition/journey-definition.ts';
import { Population } from '../../lib/journey/simulation/customers/population.ts';
import { simulateJourney } from '../../lib/journey/simulation/simulate-journey.ts';
import { simulationText } from '../../lib/journey/simulation/report-text.ts';
import { projectInMemory } from '../../lib/projection/simulated-projection.ts';

/* npm run simulate -- FILE: a journey on simulated customers, on this machine alone. */

const usage = `npm run simulate -- FILE [--customers 10000] [--days 90] [--seed 1] [--from 2026-01-01]
  [--workspace FILE] [--population FILE] [--placements FILE] [--json]
FILE is a journey definition (docs/journeys.md); ready ones lie in events/journeys/.`;

const options = {
  customers: { type: 'string', default: '10000' },
  days: { type: 'string', default: '90' },
  seed: { type: 'string', default: '1' },
  from: { type: 'string', default: '2026-01-01' },
  workspace: { type: 'string' },
  population: { type: 'string' },
  placements: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}

function readArguments() {
  try {
    return parseArgs({ allowPositionals: true, options });
  } catch (error) {
    return fail(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  }
}

const { values, positionals } = readArguments();

/** Reads and parses a file. Prints the issues and ends the process if it is invalid. */
function read<Shape extends z.ZodType>(shape: Shape, file: string): z.infer<Shape> {
  const json = ((): unknown => {
    try {
      return JSON.parse(readFileSync(file, 'utf8'));
    } catch (error) {
      return fail(`${file}: ${error instanceof Error ? error.message : String(error)}`);
    }
  })();
  const found = shape.safeParse(json);
  return found.success ? found.data : fail(`${file}: ${z.prettifyError(found.error)}`);
}

const number = (name: 'customers' | 'days' | 'seed', least: number): number => {
  const value = Number(values[name]);
  return Number.isInteger(value) && value >= least
    ? value
    : fail(`--${name} ${values[name]}: a whole number from ${least}`);
};

/** Reads a definition without errors. One with errors may loop for ever. */
function readDefinition(file: string): JourneyDefinition {
  const definition = read(JourneyDefinition, file);
  const errors = validateJourney(definition, { local: true }).filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return definition;
  return fail([`${file} has errors:`, ...errors.map((one) => `${one.code} at ${one.place}: ${one.hint}`)].join('\n'));
}

const [file] = positionals;
if (file === undefined) fail(usage);
const from = Date.parse(values.from);
if (Number.isNaN(from)) fail(`--from ${values.from}: no date`);
const began = performance.now();
const result = await simulateJourney({
  apply: projectInMemory,
  definition: readDefinition(file),
  ...(values.workspace !== undefined && { workspace: read(Workspace, values.workspace) }),
  ...(values.population !== undefined && { population: read(Population, values.population) }),
  ...(values.placements !== undefined && { placements: read(Placement.array(), values.placements) }),
  customers: number('customers', 1),
  days: number('days', 1),
  seed: number('seed', 0),
  from,
});
console.log(values.json ? JSON.stringify(result, null, 2) : simulationText(result));
console.error(`${((performance.now() - began) / 1_000).toFixed(1)} s`);
