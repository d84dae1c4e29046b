import { App } from 'aws-cdk-lib';
import { settingsOf } from '../environments.ts';
import { ThroughlineStack } from '../stack.ts';

/** Writes the cloud assembly of the environment that `-c env=…` names, else of `dev`. The functions must have been built. */
export function synthesize(outdir: string): void {
  const app = new App({
    outdir,
    analyticsReporting: false,
    treeMetadata: false,
    // Two thirds of a synth's time; `npm run check` does the same with every finding an error.
    builtinCloudFormationValidation: false,
  });
  const name = String(app.node.tryGetContext('env') ?? 'dev');
  new ThroughlineStack(app, `throughline-${name}`, {
    settings: settingsOf(name),
    tags: { app: 'throughline', env: name },
  });
  app.synth();
}
