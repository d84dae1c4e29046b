import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type * as z from 'zod';
import { validateJourney } from '../../lib/journey/validation/validate-journey.ts';
import { JourneyDefinition, JourneyDraft } from '../../lib/journey/definition/journey-definition.ts';
import { Entry } from '../../lib/journey/definition/entry-policy.ts';
import { PublishRequest } from '../../lib/journey/publishing/apply-publication.ts';
import { journeyTemplates } from '../../lib/journey/publishing/journey-templates.ts';
import { Predicate } from '../../lib/model/predicate.ts';
import { deployedJourneys } from '../../lib/journey/publishing/deployed-journeys.ts';
import { Population } from '../../lib/journey/simulation/customers/population.ts';
import { SimulateBody } from '../../lib/journey/simulation/simulation-request.ts';
import { Step } from '../../lib/journey/definition/step.ts';

const guide = readFileSync(new URL('../../docs/journeys.md', import.meta.url), 'utf8');
const source = readFileSync(new URL('../../lib/journey/validation/diagnostic.ts', import.meta.url), 'utf8');
const examples = [...guide.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text = '']) => JSON.parse(text) as object);

/** The part of a definition that an example is. */
function schemaOf(example: object): z.ZodType {
  if ('steps' in example) return JourneyDraft;
  if ('kind' in example) return Step;
  if ('triggers' in example) return Entry;
  if ('weight' in example || 'migrate' in example) return PublishRequest;
  if ('population' in example || 'replay' in example) return SimulateBody;
  return 'all' in example || 'event' in example ? Predicate : JourneyDefinition.partial();
}

test.each(examples)('the example %j can be read', (example) => {
  expect(schemaOf(example).safeParse(example).error?.issues).toBeUndefined();
});

test('whole journeys among the examples have no faults', () => {
  const whole = examples.filter((example) => 'steps' in example);
  expect(whole).not.toEqual([]);
  for (const draft of whole) expect(validateJourney({ ...JourneyDraft.parse(draft), version: 1 })).toEqual([]);
});

test('every kind of step, trigger and part of a definition has an example', () => {
  const kinds = Step.options.map((option) => ('shape' in option ? option.shape : option).kind.value);
  const shown = examples.flatMap((example) => ('kind' in example ? [example.kind] : []));
  expect([...new Set(shown)].sort()).toEqual(kinds.sort());
  const entries = examples.flatMap((example) => ('triggers' in example ? [Entry.parse(example)] : []));
  const triggers = entries.flatMap((entry) => entry.triggers.map((trigger) => Object.keys(trigger)[0]));
  expect(new Set(triggers)).toEqual(
    new Set([
      'touchpoint',
      'stageEntered',
      'segmentJoined',
      'churnBand',
      'silentFor',
      'api',
      'schedule',
      'date',
      'businessEvent',
    ]),
  );
  const parts = new Set(examples.flatMap(Object.keys));
  expect(Object.keys(JourneyDraft.shape).filter((part) => !parts.has(part))).toEqual([]);
  expect(Object.keys(Entry.shape).filter((part) => !parts.has(part))).toEqual([]);
});

test('every part of a step has an example in its kind, but for labels', () => {
  const shown = examples.flatMap((example) => ('kind' in example ? [example as Record<string, unknown>] : []));
  const missing = Step.options.flatMap((option) => {
    const { shape } = option;
    const kind = shape.kind.value;
    const parts = new Set(shown.filter((one) => one.kind === kind).flatMap(Object.keys));
    return Object.keys(shape).flatMap((part) => (parts.has(part) ? [] : [`${kind}.${part}`]));
  });
  const everywhere = ['label', 'retry', 'onError'];
  expect(missing.filter((name) => !everywhere.includes(name.split('.')[1]!))).toEqual([]);
});

test('every part of a predicate, of a publication and of a simulated population has an example', () => {
  const asked = (...words: string[]) =>
    words.filter((word) => !examples.some((one) => JSON.stringify(one).includes(`"${word}":`)));
  const terms =
    'all any not event where did atLeast atMost within silentFor stage segment churn feature answer channel consents';
  expect(asked(...terms.split(' '), ...Object.keys(PublishRequest.shape), ...Object.keys(Population.shape))).toEqual(
    [],
  );
});

test('every code of a fault and every ready journey is explained', () => {
  const codes = [...source.matchAll(/^ {2}\| '([a-z-]+)'/gm)].map(([, code]) => code!);
  expect(codes.length).toBeGreaterThan(25);
  const names = [...codes, ...[...deployedJourneys, ...journeyTemplates].map(({ id }) => id)];
  expect(names.filter((name) => !guide.includes(`\`${name}\``))).toEqual([]);
});
