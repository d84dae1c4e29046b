import { expect, test } from 'vitest';
import { seededDraw } from '#lib/states-language/expressions/seeded-random.ts';
import { compileTemplate, evaluateTemplate } from '#lib/states-language/expressions/expression-template.ts';
import { type Json } from '#lib/shared/json.ts';
import { type Source } from './specification-table.ts';

const noon = Date.UTC(2026, 0, 1, 12);
const input = {
  list: [1, 2, 3],
  one: [7],
  none: [],
  name: 'Ana',
  deep: { er: true },
  orders: [
    { id: 'a', total: 30, tags: ['x', 'y'] },
    { id: 'b', total: 10, tags: ['y'] },
  ],
};

const evaluate = (template: Json) =>
  evaluateTemplate(compileTemplate(template, { location: 'Output', now: () => noon }), {
    states: { input },
    variables: { seen: { by: 'name' } },
    draw: seededDraw('seed'),
  });

const provided = 'guide/transforming-data#jsonata-functions-provided-by-sfn';
const strings = 'jsonata/string-functions';
const numbers = 'jsonata/numeric-functions';
const arrays = 'jsonata/array-functions';
const objects = 'jsonata/object-functions';

/** What is written in a field, and what it stands for. */
const yields: [rule: string, from: Source, template: Json, value: Json][] = [
  ['a text without the marks is no expression', 'spec#expressions', '$states.input.name', '$states.input.name'],
  [
    'expressions are found at any depth',
    'spec#jsonata-evaluation',
    { a: ['{% 1 + 1 %}', { b: 'c' }] },
    { a: [2, { b: 'c' }] },
  ],
  ['several lines are one expression', 'spec#expressions', '{%\n  $states.input.deep.er\n%}', true],
  ['an array of one stays an array', 'jsonata/processing', '{% $states.input.one %}', [7]],
  ['an empty array stays one', 'jsonata/processing', '{% $states.input.none %}', []],
  ['a sequence of one becomes its element', 'jsonata/processing', '{% $states.input.list[$ = 2] %}', 2],
  ['a sequence of many becomes an array', 'jsonata/processing', '{% $states.input.list[$ > 1] %}', [2, 3]],
  ['a variable is seen by its name', 'spec#state-machine-variables', '{% $seen.by & "!" %}', 'name!'],
  ['a key without a value is left out', 'jsonata/construction', '{% {"a": 1, "b": $states.input.nothing} %}', { a: 1 }],
];

/** JSONata in the marks, and what it yields. */
const functions: [from: Source, source: string, value: Json][] = [
  [provided, '$partition([1,2,3,4,5], 2)', [[1, 2], [3, 4], [5]]],
  [provided, '$partition([0], 5)', [[0]]],
  [provided, '$partition([1,2,3], 1.5)', [[1], [2], [3]]],
  [provided, '$partition([], 2)', []],
  [provided, '$range(0, 10, 5)', [0, 5, 10]],
  [provided, '$range(0, 9, 5)', [0, 5]],
  [provided, '$range(3, 1, -1)', [3, 2, 1]],
  [provided, '$range(3, 1, 1)', []],
  [provided, '$range(0.9, 4.9, 2.9)', [0, 2, 4]],
  [provided, '$hash("a", "MD5")', '0cc175b9c0f1b6a831c399e269772661'],
  [provided, '$hash("a", "SHA-1")', '86f7e437faa5a7fce15d1ddcb9eaeaea377667b8'],
  [provided, '$hash("a", "SHA-256")', 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb'],
  [provided, '$length($hash("a", "SHA-384")) & "," & $length($hash("é", "SHA-512"))', '96,128'],
  [provided, '$parse("{\\"a\\":[1]}").a', [1]],
  [provided, '$parse("null")', null],
  [provided, '$random() >= 0 and $random() < 1', true],
  [provided, '$random() = $random()', false],
  [provided, '$random(7) = $random(7) and $random(7) != $random(8)', true],
  [provided, '$random(7.9) = $random(7)', true],
  [provided, '$exists($match($uuid(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/))', true],
  [provided, '$uuid() = $uuid()', false],
  ['jsonata/date-time-functions', '$millis()', noon],
  ['jsonata/date-time-functions', '$now()', '2026-01-01T12:00:00.000Z'],
  ['jsonata/date-time-functions', '$now("[H01]", "+0900")', '21'],
  ['jsonata/date-time-functions', '$toMillis("2026-01-01T12:00:00.000Z")', noon],
  ['jsonata/date-time-functions', '$fromMillis(0, "[Y]-[M01]-[D01]")', '1970-01-01'],
  [strings, '$string({"a": [1, null]})', '{"a":[1,null]}'],
  [strings, '$uppercase("é") & $lowercase("A") & $trim("  b  ")', 'Éab'],
  [strings, '$substring("abcdef", -3, 2) & $substringBefore("a@b", "@") & $substringAfter("a@b", "@")', 'deab'],
  [strings, '$pad("7", -3, "0")', '007'],
  [strings, '$contains("fatal error", /.*fatal.*/)', true],
  [strings, '$split("a,b,c", ",", 2)', ['a', 'b']],
  [strings, '$join(["a", "b"], "-")', 'a-b'],
  [strings, '$replace("a1b22", /[0-9]+/, "#")', 'a#b#'],
  [strings, '$match("ab", /(a)(b)/).groups', ['a', 'b']],
  [strings, '$base64decode($base64encode("x"))', 'x'],
  [strings, '$encodeUrlComponent("a b&") & $decodeUrlComponent("%26")', 'a%20b%26&'],
  [numbers, '$number("3.5") + $abs(-1) + $floor(1.9) + $ceil(1.1) + $power(2, 3) + $sqrt(9)', 18.5],
  [numbers, '[$round(2.5), $round(3.5), $round(123.456, 2)]', [2, 4, 123.46]],
  [numbers, '$formatNumber(12345.6, "#,###.00") & $formatBase(255, 16) & $formatInteger(7, "w")', '12,345.60ffseven'],
  ['jsonata/aggregation-functions', '[$sum([1, 2]), $max([1, 5]), $min([3, 2]), $average([1, 2])]', [3, 5, 2, 1.5]],
  [
    'jsonata/boolean-functions',
    '[$boolean([]), $boolean("a"), $not(true), $exists($states.input.none)]',
    [false, true, false, true],
  ],
  [arrays, '$count($states.input.list) & $count([])', '30'],
  [arrays, '$append([1], 2)', [1, 2]],
  [arrays, '$sort($states.input.list, function($a, $b) { $a < $b })', [3, 2, 1]],
  [arrays, '$reverse([1, 2])', [2, 1]],
  [arrays, '$distinct([1, 1, 2])', [1, 2]],
  [
    arrays,
    '$zip([1, 2], ["a", "b"])',
    [
      [1, 'a'],
      [2, 'b'],
    ],
  ],
  [objects, '$keys({"a": 1, "b": 2})', ['a', 'b']],
  [objects, '$lookup({"a": 1}, "a")', 1],
  [objects, '$merge([{"a": 1}, {"a": 2, "b": 3}])', { a: 2, b: 3 }],
  [objects, '$spread({"a": 1, "b": 2})', [{ a: 1 }, { b: 2 }]],
  [objects, '$each({"a": 1, "b": 2}, function($v, $k) { $k & $v })', ['a1', 'b2']],
  [
    objects,
    '$type(null) & $type([]) & $type({}) & $type(1) & $type("") & $type(true)',
    'nullarrayobjectnumberstringboolean',
  ],
  ['jsonata/higher-order-functions', '$map($states.input.list, function($v, $i) { $v * $i })', [0, 2, 6]],
  ['jsonata/higher-order-functions', '$filter($states.input.list, function($v) { $v > 1 })', [2, 3]],
  ['jsonata/higher-order-functions', '$single([1, 2], function($v) { $v = 2 })', 2],
  ['jsonata/higher-order-functions', '$reduce([1..5], function($x, $y) { $x * $y })', 120],
  ['jsonata/higher-order-functions', '$sift({"a": 1, "b": 2}, function($v) { $v > 1 })', { b: 2 }],
  ['jsonata/path-operators', '$states.input.orders.total', [30, 10]],
  ['jsonata/path-operators', '$states.input.orders[total > 20].id', 'a'],
  ['jsonata/path-operators', '$states.input.orders^(total).id', ['b', 'a']],
  ['jsonata/path-operators', '$states.input.orders.tags', ['x', 'y', 'y']],
  ['jsonata/path-operators', '$states.input.orders[0].tags[-1]', 'y'],
  ['jsonata/sorting-grouping', '$states.input.orders{id: total}', { a: 30, b: 10 }],
  ['jsonata/other-operators', '$states.input.deep.er ? "yes" : "no"', 'yes'],
  ['jsonata/other-operators', '$states.input.list ~> $sum()', 6],
  ['jsonata/other-operators', '2 in $states.input.list', true],
  ['jsonata/numeric-operators', '[7 % 3, 1 / 4, -1, [1..3]]', [1, 0.25, -1, [1, 2, 3]]],
];

test.each([...yields, ...functions.map(([from, source, value]) => [source, from, `{% ${source} %}`, value] as const)])(
  '%s (%s)',
  async (...[, , template, value]) => {
    expect(await evaluate(template)).toEqual(value);
  },
);

const runtime = 'spec#jsonata-runtime-errors';
const fails: [rule: string, from: Source, source: string, cause: RegExp][] = [
  [
    'nothing at all',
    runtime,
    '$states.input.nothing',
    /specified for the field 'Output' returned nothing \(undefined\)\.$/,
  ],
  ['a variable that was never assigned', 'guide/workflow-variables#evaluation-order', '$never', /returned nothing/],
  ['a function', 'spec#data', '$sum', /unsupported result type/],
  ['a function within an object', 'spec#data', '{"f": function($x) { $x }}', /unsupported result type/],
  ['a division by zero', 'spec#data', '1 / 0', /unsupported result type|out of range/i],
  ['a type error', runtime, '"a" + 1', /threw an error during evaluation. T2001/],
  ['a thrown error', 'jsonata/boolean-functions', '$error("mine")', /D3137: mine/],
  ['a failed assertion', 'jsonata/boolean-functions', '$assert(false, "mine")', /D3141: mine/],
  ['$eval, which Step Functions takes away', 'guide/transforming-data', '$eval("1")', /T1006/],
  ['$parse of no JSON', provided, '$parse("{")', /threw an error during evaluation/],
  ['$partition by nothing', provided, '$partition([1], 0)', /positive integer/],
  ['$partition of no array', provided, '$partition({}, "a")', /T0410/],
  ['$range without a step', 'spec#appendix-b', '$range(1, 2, 0)', /must not be zero/],
  ['$hash of an unknown kind', provided, '$hash("a", "CRC")', /unknown algorithm/],
  ['$hash of no text', provided, '$hash(1, "MD5")', /T0410/],
];

test.each(fails)('%s is a States.QueryEvaluationError (%s)', async (...[, , source, cause]) => {
  await expect(evaluate(`{% ${source} %}`)).rejects.toMatchObject({
    failure: { error: 'States.QueryEvaluationError', cause: expect.stringMatching(cause) as string },
    location: 'Output',
  });
});
