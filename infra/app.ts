import { App, type AppProps } from 'aws-cdk-lib';
import { buildFunctions } from './build.ts';
import { type EnvironmentName, settingsOf } from './environments.ts';
import { ThroughlineStack } from './stack.ts';

/** The app for an environment; where none is named, for the one `-c env=…` names, else `dev`. The functions must have been built. */
export function throughlineApp({ environment, ...props }: AppProps & { environment?: EnvironmentName } = {}): App {
  const app = new App({
    analyticsReporting: false,
    treeMetadata: false,
    // Two thirds of a synth's time; `npm run check` does the same with every finding an error.
    builtinCloudFormationValidation: false,
    ...props,
  });
  const name = environment ?? String(app.node.tryGetContext('env') ?? 'dev');
  new ThroughlineStack(app, `throughline-${name}`, {
    settings: settingsOf(name),
    tags: { app: 'throughline', env: name },
  });
  return app;
}

/** What `cdk` runs (`-c env=dev|staging|prod`), and what runs by hand without it: `node infra/app.ts`. */
if (import.meta.main) {
  await buildFunctions();
  throughlineApp({ outdir: process.env.CDK_OUTDIR ?? 'cdk.out' }).synth();
}
