import * as z from 'zod';
import { seconds, type Actions } from './api-context.ts';
import { noSuchMachine, noSuchResource } from './api-error.ts';
import { revisionId } from './publish-api.ts';

export const OneMachine = z.object({ stateMachineArn: z.string() });
export const OneAlias = z.object({ stateMachineAliasArn: z.string() });
export const Nothing = z.object({});

export function describeStateMachine({ catalog }: Actions, { stateMachineArn }: z.infer<typeof OneMachine>): unknown {
  const target = catalog.aliases.has(stateMachineArn) ? undefined : catalog.resolve(stateMachineArn, () => 0);
  if (!target) throw noSuchMachine(stateMachineArn);
  const { definition, createdAt } = catalog.definitionOf(target.definition);
  return {
    stateMachineArn,
    name: target.machine.name,
    status: 'ACTIVE',
    type: 'STANDARD',
    definition,
    roleArn: target.machine.roleArn,
    creationDate: seconds(createdAt),
    revisionId: revisionId(catalog.machines.get(target.machine.arn)?.revision ?? 0),
    loggingConfiguration: { level: 'OFF', includeExecutionData: false },
    tracingConfiguration: { enabled: false },
  };
}

export function listStateMachines({ catalog }: Actions): unknown {
  const stateMachines = [...catalog.machines.values()].map(({ arn, name }) => ({
    stateMachineArn: arn,
    name,
    type: 'STANDARD',
    creationDate: seconds(createdAt(catalog, arn)),
  }));
  return { stateMachines };
}

/** Newest version first. */
export function listStateMachineVersions(
  { catalog }: Actions,
  { stateMachineArn }: z.infer<typeof OneMachine>,
): unknown {
  if (!catalog.machines.has(stateMachineArn)) throw noSuchMachine(stateMachineArn);
  const versions = [...catalog.versions.values()].filter((version) => version.stateMachineArn === stateMachineArn);
  const creationDate = seconds(createdAt(catalog, stateMachineArn));
  return {
    stateMachineVersions: versions
      .sort((a, b) => numberOf(b.arn) - numberOf(a.arn))
      .map(({ arn }) => ({ stateMachineVersionArn: arn, creationDate })),
  };
}

export function describeStateMachineAlias(
  { catalog }: Actions,
  { stateMachineAliasArn }: z.infer<typeof OneAlias>,
): unknown {
  const alias = catalog.aliases.get(stateMachineAliasArn);
  const target = alias && catalog.resolve(stateMachineAliasArn, () => 0);
  if (!target) throw noSuchResource(stateMachineAliasArn);
  const creationDate = seconds(createdAt(catalog, target.machine.arn));
  return {
    stateMachineAliasArn,
    name: stateMachineAliasArn.slice(stateMachineAliasArn.lastIndexOf(':') + 1),
    routingConfiguration: alias.routing.map(({ versionArn, weight }) => ({
      stateMachineVersionArn: versionArn,
      weight,
    })),
    creationDate,
    updateDate: creationDate,
  };
}

function createdAt(catalog: Actions['catalog'], arn: string): number {
  const target = catalog.resolve(arn, () => 0);
  return target ? catalog.definitionOf(target.definition).createdAt : 0;
}

function numberOf(versionArn: string): number {
  return Number(versionArn.slice(versionArn.lastIndexOf(':') + 1));
}
