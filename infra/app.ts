import { buildFunctions } from './tools/build.ts';

/** Prints esbuild's one-line message without its stack trace, and ends the process. */
function giveUp(error: unknown): never {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

/**
 * Entry point of `cdk` (`-c env=dev|staging|prod`), also without it: `node infra/app.ts`. The CDK
 * is imported while the functions are built.
 */
const [, { synthesize }] = await Promise.all([buildFunctions().catch(giveUp), import('./tools/synthesize.ts')]);
synthesize(process.env.CDK_OUTDIR ?? 'cdk.out');
