import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CelEngine, TemplateFile } from '@aws/cloudformation-validate';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { validateJourney } from '../../lib/journey/validation/validate-journey.ts';
import { type StepFunctions, compileJourney } from '../../lib/journey/compilation/compile-journey.ts';
import { deployedJourneys } from '../../lib/journey/publishing/deployed-journeys.ts';
import { buildFunctions } from './build.ts';
import { Settings, environmentNames, settingsOf } from '../environments.ts';
import { ThroughlineStack } from '../stack.ts';

/** Settings with every option set, so that options without a default are checked too. */
const everything = Settings.parse({
  ...settingsOf('prod'),
  alarmEmail: 'ops@example.com',
  email: { from: 'hello@example.com', identity: 'example.com' },
  sms: { originArn: 'arn:aws:sms-voice:us-east-1:000000000000:pool/pool-example', configurationSet: 'fates' },
  push: { applicationArns: ['arn:aws:sns:us-east-1:000000000000:app/APNS/example'] },
  whatsapp: { phoneNumberArn: 'arn:aws:social-messaging:us-east-1:000000000000:phone-number-id/example' },
  domain: { name: 'api.example.com', certificateArn: 'arn:aws:acm:us-east-1:000000000000:certificate/example' },
  webAclArn: 'arn:aws:wafv2:us-east-1:000000000000:global/webacl/example/example',
  edgeLogs: true,
});

/** Synthesizes all environments with cdk-nag. Throws with the names of unacknowledged findings. */
function synthesize(outdir: string): string[] {
  const app = new App({
    outdir,
    analyticsReporting: false,
    treeMetadata: false,
    builtinCloudFormationValidation: false,
  });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  for (const name of environmentNames) new ThroughlineStack(app, `throughline-${name}`, { settings: settingsOf(name) });
  new ThroughlineStack(app, 'throughline-everything', { settings: everything });
  return app.synth().stacks.map(({ templateFullPath }) => templateFullPath);
}

/** W3005: CDK adds dependencies that references imply already. */
const accepted = ['W3005'];

function templateFaults(file: string): string[] {
  const engine = new CelEngine();
  const { diagnostics } = engine.validateStandard(new TemplateFile(file), {
    severityLevel: 'WARN',
    exclude: { ids: accepted },
  });
  engine.free();
  return diagnostics.map(({ ruleId, entity, message }) => `${file}: ${ruleId} ${entity?.logicalId ?? ''}: ${message}`);
}

interface AslReport {
  isValid: boolean;
  errorsText: (separator?: string) => string;
}
// The package is CommonJS and has no types.
const validateAsl = createRequire(import.meta.url)('asl-validator') as (definition: unknown) => AslReport;

const lambda = (name: string): string => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
const functions: StepFunctions = {
  send: lambda('send'),
  wait: lambda('wait'),
  branch: lambda('branch'),
  decide: lambda('decide'),
  update: lambda('update'),
  assign: lambda('assign'),
  emit: lambda('emit'),
  webhook: lambda('webhook'),
  park: lambda('park'),
};

function journeyFaults(): string[] {
  return deployedJourneys.flatMap((definition) => {
    const { isValid, errorsText } = validateAsl(compileJourney(definition, functions));
    const faults = validateJourney(definition).map(
      ({ code, place, hint }) => `journey ${definition.id}: ${place}: ${hint} (${code})`,
    );
    return isValid ? faults : [...faults, `journey ${definition.id}: ${errorsText('\n')}`];
  });
}

/**
 * Synthesizes every environment with cdk-nag, then validates the templates and the journeys' state
 * machines.
 */
async function checkTemplates(): Promise<string[]> {
  await buildFunctions();
  const outdir = mkdtempSync(join(tmpdir(), 'throughline-check-'));
  try {
    const files = synthesize(outdir);
    // Environments with the same resources are validated once.
    const different = files.filter((file) => /-(prod|everything)\.template\.json$/.test(file));
    return [...different.flatMap(templateFaults), ...journeyFaults()];
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

const faults = await checkTemplates();
if (faults.length > 0) {
  console.error(faults.join('\n'));
  process.exitCode = 1;
}
