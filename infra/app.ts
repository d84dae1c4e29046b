import { buildFunctions } from './build.ts';

/** What `cdk` runs (`-c env=dev|staging|prod`), and what runs by hand without it: `node infra/app.ts`. The CDK is read while the functions are built. */
const [, { synthesize }] = await Promise.all([buildFunctions(), import('./synthesize.ts')]);
synthesize(process.env.CDK_OUTDIR ?? 'cdk.out');
