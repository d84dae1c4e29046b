import { expect, test } from 'vitest';
import { all, checkRefused, compiling, done, handled, pass, type Refused } from './refused-definitions.ts';
import { type Rule } from './specification-table.ts';

const restricted = 'spec#jsonata-restrictions';
const unseen = 'guide/transforming-data#transforming-reserved-variable-states';
const expressions: Refused[] = [
  { rule: 'what is no JSONata', from: 'spec#expressions', machine: pass('{% 1 + %}'), because: /no JSONata at Output/ },
  ...['{% 1', '1 %}', ' {% 1 %}', '{% 1 %} ', 'x {% 1 %}'].map((text): Refused => ({
    rule: `marks that do not hold the whole text: "${text}"`,
    from: 'guide/transforming-data#writing-jsonata-expressions-in-json-strings',
    machine: pass({ a: [text] }),
    because: /must fill the whole text/,
  })),
  ...[
    '$',
    '$.total',
    'total',
    '$sum(total)',
    '$exists($) ? 1 : 2',
    '{"a": total}',
    '*',
    '**',
    '($x := total; $x)',
    '$map([1], function($v) { $v + total })',
  ].map((source): Refused => ({
    rule: `an input document: ${source}`,
    from: restricted,
    machine: pass(`{% ${source} %}`),
    because: /there is none/,
  })),
  ...['$$', '$$.total', '$states.input[$$.x]'].map((source): Refused => ({
    rule: `the whole input document: ${source}`,
    from: restricted,
    machine: pass(`{% ${source} %}`),
    because: /\$\$ refers to/,
  })),
  ...['$states.input ?: 1', '$states.input ?? 1', '1 + ($x??2)'].map((source): Refused => ({
    rule: `operators newer than JSONata 2.0.6: ${source}`,
    from: 'guide/transforming-data',
    machine: pass(`{% ${source} %}`),
    because: /not of JSONata 2\.0/,
  })),
  {
    rule: '$states.result in a Pass',
    from: unseen,
    machine: pass('{% $states.result %}'),
    because: /\$states\.result is not to be seen/,
  },
  {
    rule: '$states.result in Arguments',
    from: unseen,
    machine: handled({ Arguments: { a: '{% $states.result.x %}' } }),
    because: /\$states\.result is not to be seen/,
  },
  {
    rule: '$states.result in a catcher',
    from: unseen,
    machine: handled({ Catch: [{ ...all, Output: '{% $states.result %}', Next: 'Done' }] }),
    because: /\$states\.result is not to be seen/,
  },
  {
    rule: "$states.errorOutput in a state's own Output",
    from: unseen,
    machine: handled({ Output: '{% $states.errorOutput.Error %}' }),
    because: /\$states\.errorOutput is not to be seen/,
  },
  {
    rule: '$states.errorOutput in a Choice',
    from: unseen,
    machine: {
      States: {
        Do: { Type: 'Choice', Choices: [{ Condition: '{% $exists($states.errorOutput) %}', Next: 'Done' }] },
        Done: done,
      },
    },
    because: /\$states\.errorOutput is not to be seen/,
  },
];

checkRefused(expressions);

const taken: (Rule & { source: string })[] = [
  { rule: 'the value at hand in a filter', from: restricted, source: '$states.input[$.total > 10]' },
  { rule: 'a bare name in a filter', from: restricted, source: '$states.input[total > 10]' },
  { rule: 'a bare name in a filter on a variable', from: restricted, source: '$order[total > 10]' },
  {
    rule: 'a bare name in a filter on what a function yields',
    from: restricted,
    source: '$distinct($order)[total > 10]',
  },
  { rule: 'a bare name in a grouping of a variable', from: restricted, source: '$order{id: $sum(total)}' },
  { rule: 'bare names in a path', from: restricted, source: '$states.input.orders.{"id": id, "all": $}' },
  { rule: 'bare names in a sort', from: restricted, source: '$states.input.orders^(>total)' },
  { rule: 'bare names in a grouping', from: restricted, source: '$states.input.orders{id: total}' },
  { rule: 'bare names in a transform', from: restricted, source: '$states.input ~> |orders|{"total": total + 1}|' },
  { rule: 'wildcards in a path', from: restricted, source: '$states.input.*.**' },
  { rule: 'a plain condition', from: 'jsonata/other-operators', source: '$states.input ? 1 : 2' },
  {
    rule: 'a condition with a filter and a question mark in a text',
    from: 'jsonata/other-operators',
    source: '$states.input[a="??"] ? "?:" : 2',
  },
];

test.each(taken)('$rule is taken ($from)', ({ source }) => {
  expect(compiling(pass(`{% ${source} %}`))).not.toThrow();
});
