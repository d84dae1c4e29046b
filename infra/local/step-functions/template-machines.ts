import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type StackTemplate } from '../template/template.ts';

/** Returns the state machines of the template, with their versions and aliases. */
export function stateMachines(template: StackTemplate) {
  return {
    machines: template.stateMachines.map((machine) => ({
      arn: machine.arn,
      name: machine.arn.split(':').at(-1) ?? machine.id,
      definition: definitionOf(machine, template.directory),
      roleArn: machine.roleArn,
    })),
    versions: template.stateMachineVersions,
    aliases: template.stateMachineAliases.map(({ arn, routing }) => ({ aliasArn: arn, routing })),
  };
}

function definitionOf(machine: StackTemplate['stateMachines'][number], directory: string): string {
  const key = machine.definitionKey;
  const text = machine.definition ?? (key === undefined ? '{}' : readFileSync(join(directory, `asset.${key}`), 'utf8'));
  return text.replace(/\$\{(\w+)\}/g, (whole, name: string) => machine.substitutions[name] ?? whole);
}
