import { all, checkRefused, done, fan, handled, next, pass, type Refused } from './refused-definitions.ts';
import { only, region } from './specification-table.ts';

const shapes: Refused[] = [
  {
    rule: 'StartAt names a state',
    from: 'spec#toplevelfields',
    machine: { StartAt: 'X', States: { Done: done } },
    because: /no state "X"/,
  },
  {
    rule: 'a query language that is not JSONata',
    from: 'spec#query-language',
    machine: { ...pass(1), QueryLanguage: 'JSONPath' },
    because: /QueryLanguage/,
  },
  {
    rule: 'fields of JSONPath',
    from: 'spec#state-type-table-jsonata',
    machine: only({ Type: 'Pass', Result: 1 }),
    because: /Result/,
  },
  {
    rule: 'Pass with Retry',
    from: 'spec#state-type-table-jsonata',
    machine: only({ Type: 'Pass', Retry: [all] }),
    because: /Retry/,
  },
  {
    rule: 'Wait with Catch',
    from: 'spec#state-type-table-jsonata',
    machine: only({ Type: 'Wait', Seconds: 1, Catch: [] }),
    because: /Catch/,
  },
  {
    rule: 'Pass with Arguments',
    from: 'spec#state-type-table-jsonata',
    machine: only({ Type: 'Pass', Arguments: 1 }),
    because: /Arguments/,
  },
  {
    rule: 'Succeed with Assign',
    from: 'spec#state-machine-variables',
    machine: { States: { Do: { ...done, Assign: { a: 1 } } } },
    because: /Assign/,
  },
  { rule: 'Succeed with End', from: 'spec#states-fields', machine: only(done), because: /End/ },
  {
    rule: 'Fail with Output',
    from: 'spec#state-type-table-jsonata',
    machine: { States: { Do: { Type: 'Fail', Output: 1 } } },
    because: /Output/,
  },
  {
    rule: 'Fail with Assign',
    from: 'spec#state-machine-variables',
    machine: { States: { Do: { Type: 'Fail', Assign: {} } } },
    because: /Assign/,
  },
  {
    rule: 'Choice with Next',
    from: 'spec#transition',
    machine: next({ Type: 'Choice', Choices: [{ Condition: true, Next: 'Done' }] }),
    because: /Next/,
  },
  {
    rule: 'Choice without a rule',
    from: 'spec#choice-state',
    machine: { States: { Do: { Type: 'Choice', Choices: [] } } },
    because: /Choices/,
  },
  {
    rule: 'a Condition that is a plain text',
    from: 'spec#choice-state',
    machine: { States: { Do: { Type: 'Choice', Choices: [{ Condition: 'yes', Next: 'Done' }] }, Done: done } },
    because: /Condition/,
  },
  {
    rule: 'a rule without Next',
    from: 'spec#choice-state',
    machine: { States: { Do: { Type: 'Choice', Choices: [{ Condition: true }] } } },
    because: /Next/,
  },
  { rule: 'Task without Resource', from: 'spec#task-state', machine: only({ Type: 'Task' }), because: /Resource/ },
  { rule: 'Parallel without a branch', from: 'spec#parallel-state', machine: fan([]), because: /Branches/ },
  {
    rule: 'Map without ItemProcessor',
    from: 'spec#map-state',
    machine: only({ Type: 'Map' }),
    because: /ItemProcessor/,
  },
  {
    rule: 'Items that are a plain text',
    from: 'spec#map-state',
    machine: only({ Type: 'Map', Items: 'x', ItemProcessor: region('A', {}) }),
    because: /Items/,
  },
  {
    rule: 'neither Next nor End',
    from: 'spec#transition',
    machine: { States: { Do: { Type: 'Pass' } } },
    because: /either Next or End/,
  },
  {
    rule: 'both Next and End',
    from: 'spec#transition',
    machine: { States: { Do: { Type: 'Pass', Next: 'Done', End: true }, Done: done } },
    because: /either Next or End/,
  },
  {
    rule: 'End false and no Next',
    from: 'spec#states-fields',
    machine: { States: { Do: { Type: 'Pass', End: false } } },
    because: /either Next or End/,
  },
  {
    rule: 'Wait with neither Seconds nor Timestamp',
    from: 'spec#wait-state',
    machine: only({ Type: 'Wait' }),
    because: /either Seconds or Timestamp/,
  },
  {
    rule: 'Wait with both',
    from: 'spec#wait-state',
    machine: only({ Type: 'Wait', Seconds: 1, Timestamp: '2026-01-01T00:00:00Z' }),
    because: /either Seconds or Timestamp/,
  },
  {
    rule: 'a Timestamp without a zone',
    from: 'spec#timestamps',
    machine: only({ Type: 'Wait', Timestamp: '2026-01-01T00:00:00' }),
    because: /RFC 3339/,
  },
  {
    rule: 'negative Seconds',
    from: 'spec#wait-state',
    machine: only({ Type: 'Wait', Seconds: -1 }),
    because: /Seconds/,
  },
  {
    rule: 'TimeoutSeconds 0',
    from: 'spec#timeouts',
    machine: handled({ TimeoutSeconds: 0 }),
    because: /TimeoutSeconds/,
  },
  {
    rule: 'TimeoutSeconds that is a plain text',
    from: 'spec#timeouts',
    machine: handled({ TimeoutSeconds: '60' }),
    because: /TimeoutSeconds/,
  },
  {
    rule: 'HeartbeatSeconds as long as TimeoutSeconds',
    from: 'spec#timeouts',
    machine: handled({ HeartbeatSeconds: 5, TimeoutSeconds: 5 }),
    because: /must be smaller/,
  },
];

checkRefused(shapes);
