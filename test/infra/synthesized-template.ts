import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { buildFunctions } from '../../infra/tools/build.ts';
import { Settings, settingsOf } from '../../infra/environments.ts';
import { ThroughlineStack } from '../../infra/stack.ts';

export interface Resource {
  Type: string;
  Properties: Record<string, unknown>;
  DeletionPolicy?: string;
}

interface Synthesized {
  template: Template;
  warnings: string[];
}

const made = new Map<string, Promise<Synthesized>>();

/** Made once for all tests of a file. */
function synthesized(environment: string, changes: Partial<Settings>): Promise<Synthesized> {
  const key = JSON.stringify([environment, changes]);
  const one = made.get(key) ?? synthesize(environment, changes);
  made.set(key, one);
  return one;
}

/** The template of an environment, with settings of its own where a test gives some. */
export const templateOf = async (environment: string, changes: Partial<Settings> = {}): Promise<Template> =>
  (await synthesized(environment, changes)).template;

/** What `cdk` warns of when it synthesizes that template. */
export const warningsOf = async (environment: string, changes: Partial<Settings> = {}): Promise<string[]> =>
  (await synthesized(environment, changes)).warnings;

async function synthesize(environment: string, changes: Partial<Settings>): Promise<Synthesized> {
  await buildFunctions();
  const outdir = mkdtempSync(join(tmpdir(), 'throughline-template-'));
  const app = new App({ outdir, analyticsReporting: false, builtinCloudFormationValidation: false });
  const settings = Settings.parse({ ...settingsOf(environment), ...changes });
  const stack = new ThroughlineStack(app, `throughline-${environment}`, { settings });
  const template = Template.fromStack(stack);
  const warnings = Annotations.fromStack(stack).findWarning('*', Match.anyValue());
  rmSync(outdir, { recursive: true, force: true });
  return { template, warnings: warnings.map(({ entry }) => JSON.stringify(entry.data)) };
}

/** Resources of a type, by logical id. */
export function resourcesOf(template: Template, type: string): Record<string, Resource> {
  return template.findResources(type) as Record<string, Resource>; // it finds resources
}

interface Statement {
  Action: string | string[];
  Resource: unknown;
}

/** What the role of a function may do: action → resources, as the template writes them. */
export function permissionsOf(template: Template, functionId: string): { action: string; resource: string }[] {
  const role = JSON.stringify(resourcesOf(template, 'AWS::Lambda::Function')[functionId]?.Properties.Role);
  const roleId = /"([^"]+)","Arn"/.exec(role)?.[1] ?? '';
  const policies = Object.values(resourcesOf(template, 'AWS::IAM::Policy')).filter(({ Properties }) =>
    JSON.stringify(Properties.Roles).includes(`"${roleId}"`),
  );
  return policies.flatMap(({ Properties }) => {
    const { Statement } = Properties.PolicyDocument as { Statement: Statement[] };
    return Statement.flatMap(({ Action, Resource }) =>
      [Action]
        .flat()
        .flatMap((action) => [Resource].flat().map((resource) => ({ action, resource: JSON.stringify(resource) }))),
    );
  });
}

/** Logical id of each function by its entry, `profile/project`. */
export function functionIds(template: Template): Record<string, string> {
  const entries = Object.entries(resourcesOf(template, 'AWS::Lambda::Function')).map(([id, { Properties }]) => {
    const [, , word, ...name] = String(Properties.FunctionName).split('-');
    return [`${word ?? ''}/${name.join('-')}`, id] as const;
  });
  return Object.fromEntries(entries);
}
