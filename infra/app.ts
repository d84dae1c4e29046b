import { buildFunctions } from './tools/build.ts';

/** esbuild tells a mistake in the sources in a line; where in esbuild it noticed tells nobody anything. */
function giveUp(error: unknown): never {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

/** What `cdk` runs (`-c env=dev|staging|prod`), and what runs by hand without it: `node infra/app.ts`. The CDK is read while the functions are built. */
const [, { synthesize }] = await Promise.all([buildFunctions().catch(giveUp), import('./tools/synthesize.ts')]);
synthesize(process.env.CDK_OUTDIR ?? 'cdk.out');
