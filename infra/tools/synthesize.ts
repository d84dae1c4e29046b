import { App } from 'aws-cdk-lib';
import { settingsOf } from '../environments.ts';
import { ThroughlineStack } from '../stack.ts';

/**
 * Writes the cloud assembly of the environment of `-c env=…`, by default `dev`. The functions must
 * be built.
 */
export function synthesize(outdir: string): void {
  const app = new App({
    outdir,
    analyticsReporting: false,
    treeMetadata: false,
    // Costs two thirds of a synthesis. `npm run check` validates the same and fails on every
    // finding.
    builtinCloudFormationValidation: false,
  });
  const name = String(app.node.tryGetContext('env') ?? 'dev');
  new ThroughlineStack(app, `throughline-${name}`, {
    settings: settingsOf(name),
    tags: { app: 'throughline', env: name },
  });
  app.synth();
}
