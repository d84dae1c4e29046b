import { defineConfig } from 'vitest/config';
import shared from './vitest.config.ts';

/** Tests of `npm run mutate`: unit tests that reach the mutated folders through one function at most. */
export default defineConfig({
  test: {
    ...shared.test,
    include: [
      'test/{model,predicate,profile,projection,stage}/**/*.unit.test.ts',
      'test/journey/enrolment/**/*.unit.test.ts',
      'test/functions/projection/*.unit.test.ts',
      'test/functions/journey/{enrol-customer,entry-api}.unit.test.ts',
    ],
  },
});
