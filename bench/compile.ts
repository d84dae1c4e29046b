import { readdirSync, readFileSync } from 'node:fs';
import { validateJourney } from '../lib/journey/validation/validate-journey.ts';
import { compileJourney, type StepFunctions } from '../lib/journey/compilation/compile-journey.ts';
import { JourneyDefinition } from '../lib/journey/definition/journey-definition.ts';
import { estimateVisits } from '../lib/journey/insight/expected-visits.ts';
import { forecastJourney } from '../lib/journey/insight/cost-forecast.ts';
import { deployedJourneys } from '../lib/journey/publishing/deployed-journeys.ts';
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
    const faults = validateJourney(definition);
    if (faults.some(({ severity }) => severity === 'error'))
      throw new Error(`${definition.id}: ${JSON.stringify(faults)}`);
    JSON.stringify(compileJourney(definition, functions));
    return performance.now() - begun;
  });
  return median(took);
}

const definitions = (): JourneyDefinition[] =>
  readdirSync(journeys).map((file) =>
    JourneyDefinition.parse(JSON.parse(readFileSync(new URL(file, journeys), 'utf8'))),
  );

/** State transitions for each step that people go through, ways taken as the plan reckons. */
function transitionsPerStep(all: readonly JourneyDefinition[]): number {
  let [transitions, steps] = [0, 0];
  for (const definition of all) {
    transitions += forecastJourney(definition, 1).transitions.expected;
    for (const visits of estimateVisits(definition).values()) steps += visits;
  }
  return transitions / steps;
}

/** How fast each journey compiles; how dear the steps of those that are deployed are, and of all; dollars of an onboarding. */
export function measureCompile(): Figure[] {
  const all = definitions();
  const shipped = all.filter(({ id }) => deployedJourneys.some((one) => one.id === id));
  const counted = { unit: '', counted: true };
  return [
    ...all.map((definition) => ({
      name: `${definition.id}: check and compile`,
      value: compileMs(JSON.stringify(definition)),
      unit: 'ms',
    })),
    { name: 'transitions a step, shipped journeys', value: transitionsPerStep(shipped), atMost: 1.6, ...counted },
    { name: 'transitions a step, all ready journeys', value: transitionsPerStep(all), ...counted },
    ...shipped.map((definition) => ({
      name: `${definition.id}: 1,000 entries, as planned`,
      value: forecastJourney(definition, 1).usdPerThousand.total,
      unit: 'USD',
      counted: true,
    })),
  ];
}

if (import.meta.main) for (const { name, value, unit } of measureCompile()) console.log(name, value.toFixed(2), unit);
