import fc from 'fast-check';
import jsonata from 'jsonata';
import { expect, test } from 'vitest';
import { seededDraw } from '#lib/states-language/expressions/seeded-random.ts';
import { compileTemplate, evaluateTemplate } from '#lib/states-language/expressions/expression-template.ts';
import { type Json } from '#lib/shared/json.ts';

const place = { location: 'Output', now: () => 0 };
const evaluate = (template: Json, variables: Record<string, Json>) =>
  evaluateTemplate(compileTemplate(template, place), { states: {}, variables, draw: seededDraw('seed') });

test('the field is named as Step Functions names it', async () => {
  const template = { FunctionName: 'f', Payload: { to: [1, '{% $nobody %}'] } };
  const compiled = compileTemplate(template, { ...place, location: 'Arguments' });
  const evaluation = evaluateTemplate(compiled, { states: {}, variables: {}, draw: seededDraw('') });
  await expect(evaluation).rejects.toMatchObject({ location: 'Arguments/Payload/to[1]' });
});

test('the same key draws the same numbers and ids again, another key others', () => {
  const [draw, again, other] = [seededDraw('a'), seededDraw('a'), seededDraw('b')];
  const drawn = [draw.random(), draw.uuid(), draw.random(), draw.uuid()];
  expect([again.random(), again.uuid(), again.random(), again.uuid()]).toEqual(drawn);
  expect([other.random(), other.uuid()]).not.toEqual(drawn.slice(0, 2));
});

test('an expression sees keys like __proto__ as data', async () => {
  const value = JSON.parse('{"__proto__": {"a": 1}}') as Json;
  expect(JSON.stringify(await evaluate('{% $odd %}', { odd: value }))).toBe('{"__proto__":{"a":1}}');
  await expect(evaluate('{% $odd.constructor %}', { odd: value })).rejects.toThrow('returned nothing');
});

test('a plain path means what JSONata means by it, whatever the data', async () => {
  const tree = fc.letrec<{ json: Json }>((tie) => ({
    json: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(null, 0, 'x', true),
      fc.array(tie('json'), { maxLength: 2 }),
      fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('json'), { maxKeys: 3 }),
    ),
  })).json;
  const path = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(tree, path, async (data, keys) => {
      const source = ['$data', ...keys].join('.');
      const meant = (await jsonata(source).evaluate(undefined, { data })) as Json | undefined;
      const found = await evaluate(`{% ${source} %}`, { data }).catch(() => undefined);
      expect(JSON.stringify(found)).toBe(JSON.stringify(meant));
    }),
  );
});
