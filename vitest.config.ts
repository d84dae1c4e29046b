import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/support/seed.ts'],
    // Lambda's clock is UTC, whoever runs the tests.
    env: { TZ: 'UTC' },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Two hundred files share most of what they import; a test leaves nothing behind that another could meet.
    isolate: false,
    // A world is a runner of its own with a thread for each function: more than two at a time only wait for each other.
    maxWorkers: 2,
    // Stories of a scenario wait for each other's time, so all must have begun.
    maxConcurrency: 100,
  },
});
