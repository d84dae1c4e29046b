import fc from 'fast-check';
import { expect, test } from 'vitest';
import { validateJourney } from '#lib/journey/validation/validate-journey.ts';
import { compileMachine } from '#lib/states-language/definition/compile-machine.ts';
import { anyDefinition } from '../../journey/any-definition.ts';
import { compiled } from '../../journey/journey-examples.ts';

test('whatever the check passes compiles to a machine that keeps all rules of the States Language', () => {
  fc.assert(
    fc.property(anyDefinition, (definition) => {
      fc.pre(validateJourney(definition).every(({ severity }) => severity !== 'error'));
      const machine = JSON.stringify(compiled(definition));
      expect(() => compileMachine(machine, Date.now)).not.toThrow();
    }),
    { numRuns: 100 },
  );
});
