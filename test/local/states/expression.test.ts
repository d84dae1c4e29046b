import fc from 'fast-check';
import jsonata from 'jsonata';
import { expect, test } from 'vitest';
import { drawFrom } from '../../../lib/journey/states/draw.ts';
import { compileTemplate, evaluateTemplate } from '../../../lib/journey/states/template.ts';
import { type Json } from '../../../lib/json.ts';

const noon = Date.UTC(2026, 0, 1, 12);

const evaluate = (template: Json, variables: Record<string, Json> = {}, draw = drawFrom('seed')) =>
  evaluateTemplate(
    compileTemplate(template, 'Output', () => noon),
    { states: { input: { list: [1, 2, 3], one: [7], none: [], name: 'Ana', deep: { er: true } } }, variables, draw },
  );

const yields: [rule: string, template: Json, value: Json][] = [
  ['a text without the marks is no expression', '$states.input.name', '$states.input.name'],
  ['marks in the middle of a text are text', 'x {% 1 %}', 'x {% 1 %}'],
  ['expressions are found at any depth, the rest stays', { a: ['{% 1 + 1 %}', { b: 'c' }] }, { a: [2, { b: 'c' }] }],
  ['a path of several lines with spaces is one expression', '{%\n  $states.input.deep.er\n%}', true],
  ['an array of one stays an array', '{% $states.input.one %}', [7]],
  ['an empty array stays one', '{% $states.input.none %}', []],
  ['a sequence of one becomes its element, as JSONata has it', '{% $states.input.list[$ = 2] %}', 2],
  ['a sequence of many becomes a plain array', '{% $states.input.list[$ > 1] %}', [2, 3]],
  ['a variable is seen by its name', '{% $seen.by & "!" %}', 'name!'],
  ['a key without a value is left out of an object', '{% {"a": 1, "b": $states.input.nothing} %}', { a: 1 }],
  ['$partition cuts into chunks', '{% $partition([1,2,3,4,5], 2) %}', [[1, 2], [3, 4], [5]]],
  ['$range goes from first to last by step', '{% $range(0, 10, 5) %}', [0, 5, 10]],
  ['$range goes down with a negative step', '{% $range(3, 1, -1) %}', [3, 2, 1]],
  ['$range is empty when it cannot arrive', '{% $range(3, 1, 1) %}', []],
  ['$hash knows MD5', '{% $hash("a", "MD5") %}', '0cc175b9c0f1b6a831c399e269772661'],
  ['$hash knows SHA-1', '{% $hash("a", "SHA-1") %}', '86f7e437faa5a7fce15d1ddcb9eaeaea377667b8'],
  ['$parse reads JSON', '{% $parse("{\\"a\\":[1]}").a %}', [1]],
  ['$millis is the given time', '{% $millis() %}', noon],
  ['$now is the given time', '{% $now() %}', '2026-01-01T12:00:00.000Z'],
  ['$now takes a picture and a zone', '{% $now("[H01]", "+0900") %}', '21'],
  ['$random with a seed is always the same', '{% $random(7) = $random(7) and $random(7) < 1 %}', true],
  ['$random without a seed goes on', '{% $random() = $random() %}', false],
  [
    '$uuid is a version 4 UUID',
    '{% $match($uuid(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/).index %}',
    0,
  ],
  ['two $uuids differ', '{% $uuid() = $uuid() %}', false],
];

test.each(yields)('%s', async (_rule, template, value) => {
  expect(await evaluate(template, { seen: { by: 'name' } })).toEqual(value);
});

const fails: [rule: string, source: string, cause: RegExp][] = [
  [
    'nothing at all',
    '$states.input.nothing',
    /^The JSONata expression '\$states\.input\.nothing' specified for the field 'Output' returned nothing \(undefined\)\.$/,
  ],
  ['a variable that was never assigned', '$never', /returned nothing/],
  ['a function', '$sum', /unsupported result type/],
  ['a function within an object', '{"f": function($x) { $x }}', /unsupported result type/],
  ['a division by zero', '1 / 0', /unsupported result type|out of range/i],
  ['a type error', '"a" + 1', /threw an error during evaluation. T2001/],
  ['a thrown error', '$error("mine")', /D3137: mine/],
  ['$eval, which Step Functions takes away', '$eval("1")', /T1006/],
  ['$parse of no JSON', '$parse("{")', /threw an error during evaluation/],
  ['$partition by nothing', '$partition([1], 0)', /positive integer/],
  ['$range without a step', '$range(1, 2, 0)', /must not be zero/],
  ['$range without an end', '$range(1, 1e9, 1)', /more than/],
  ['$hash of an unknown kind', '$hash("a", "CRC")', /unknown algorithm/],
];

test.each(fails)('%s is a States.QueryEvaluationError', async (_rule, source, cause) => {
  await expect(evaluate(`{% ${source} %}`)).rejects.toMatchObject({
    failure: { error: 'States.QueryEvaluationError', cause: expect.stringMatching(cause) as string },
    location: 'Output',
  });
});

test('the field is named as Step Functions names it', async () => {
  const template = { FunctionName: 'f', Payload: { to: [1, '{% $nobody %}'] } };
  const compiled = compileTemplate(template, 'Arguments', () => noon);
  const evaluation = evaluateTemplate(compiled, { states: {}, variables: {}, draw: drawFrom('') });
  await expect(evaluation).rejects.toMatchObject({ location: 'Arguments/Payload/to[1]' });
});

test('what is no JSONata is refused when the definition is compiled', () => {
  expect(() => compileTemplate({ a: '{% 1 + %}' }, 'Output', () => noon)).toThrow('Output/a');
});

test('the same key draws the same numbers and ids again, another key others', () => {
  const [draw, again, other] = [drawFrom('a'), drawFrom('a'), drawFrom('b')];
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
