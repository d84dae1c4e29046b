import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as z from 'zod';

/** What is read of vitest's JSON report. */
const Report = z.object({
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.unknown()) })),
});

/**
 * Runs the tests, those named by the arguments or all, and ends with `N passed, N failed`. A file that does not load is a failure. The
 * exit code is vitest's own.
 */
const directory = mkdtempSync(join(tmpdir(), 'throughline-tests-'));
const reportFile = join(directory, 'report.json');
const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`];
const child = spawn(process.execPath, [vitest, 'run', ...reporters, ...process.argv.slice(2)], { stdio: 'inherit' });
const code = await new Promise<number>((resolve) => child.on('close', (status) => resolve(status ?? 1)));

function counts(): { passed: number; failed: number } {
  try {
    const report = Report.parse(JSON.parse(readFileSync(reportFile, 'utf8')));
    const broken = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
    return { passed: report.numPassedTests, failed: report.numFailedTests + broken.length };
  } catch {
    return { passed: 0, failed: 1 }; // vitest itself did not come to an end
  }
}

const { passed, failed } = counts();
rmSync(directory, { recursive: true, force: true });
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = code === 0 && failed > 0 ? 1 : code;
