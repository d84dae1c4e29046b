import * as z from 'zod';
import { seconds, type Actions } from './api-context.ts';
import { ApiError, noSuchMachine, noSuchResource } from './api-error.ts';

const Text = z.string().min(1);
/** Taken as it is said: logs and traces lead nowhere locally. */
const unused = { loggingConfiguration: z.unknown().optional(), tracingConfiguration: z.unknown().optional() };

export const CreateStateMachine = z.object({
  name: z.string().regex(/^[\w-]{1,80}$/, 'letters, digits, - and _, at most 80'),
  definition: Text,
  roleArn: Text,
  type: z.literal('STANDARD').default('STANDARD'),
  publish: z.boolean().default(false),
  versionDescription: z.string().optional(),
  ...unused,
});
export const UpdateStateMachine = z.object({
  stateMachineArn: Text,
  definition: Text.optional(),
  roleArn: Text.optional(),
  publish: z.boolean().default(false),
  versionDescription: z.string().optional(),
  ...unused,
});
export const PublishStateMachineVersion = z.object({
  stateMachineArn: Text,
  revisionId: z.string().optional(),
  description: z.string().optional(),
});
const routingConfiguration = z
  .array(z.object({ stateMachineVersionArn: Text, weight: z.int().min(0).max(100) }))
  .min(1)
  .max(2);
export const CreateStateMachineAlias = z.object({
  name: z.string().regex(/^[\w.-]{1,80}$/),
  description: z.string().optional(),
  routingConfiguration,
});
export const UpdateStateMachineAlias = z.object({
  stateMachineAliasArn: Text,
  description: z.string().optional(),
  routingConfiguration: routingConfiguration.optional(),
});

type Machine = NonNullable<ReturnType<Actions['catalog']['machines']['get']>>;

/** The revision of a machine that was never updated has no id of its own. */
export const revisionId = (revision: number): string => (revision === 0 ? 'INITIAL' : `revision-${revision}`);

function keep({ catalog }: Actions, name: string, definition: string): string {
  try {
    return catalog.keep(name, definition);
  } catch (error) {
    throw new ApiError('InvalidDefinition', `Invalid State Machine Definition: '${String(error)}'`);
  }
}

function found({ catalog }: Actions, arn: string): Machine {
  const machine = catalog.machines.get(arn);
  if (!machine) throw noSuchMachine(arn);
  return machine;
}

/**
 * Where all of one account and region begin. The first machine of the template says which; there is
 * none without one.
 */
function arnOf({ catalog }: Actions, name: string): string {
  const [known = 'arn:aws:states:us-east-1:000000000000:stateMachine:'] = catalog.machines.keys();
  return `${known.split(':').slice(0, 6).join(':')}:${name}`;
}

/**
 * Made again just as it is, it answers as it did; made differently under one name, it is refused.
 */
export function createStateMachine(actions: Actions, request: z.infer<typeof CreateStateMachine>): unknown {
  const { catalog, now } = actions;
  const { name, roleArn } = request;
  const arn = arnOf(actions, name);
  const definition = keep(actions, name, request.definition);
  const known = catalog.machines.get(arn);
  if (known && (known.definition !== definition || known.roleArn !== roleArn))
    throw new ApiError('StateMachineAlreadyExists', `State Machine Already Exists: '${arn}'`);
  const machine = known ?? { arn, name, roleArn, definition, revision: 0, createdAt: now() };
  if (!known) catalog.saveMachine(machine);
  return {
    stateMachineArn: arn,
    creationDate: seconds(machine.createdAt),
    ...(request.publish && { stateMachineVersionArn: publish(actions, machine, request.versionDescription).arn }),
  };
}

/**
 * New executions run on it at once, those that run stay on theirs. A definition it has already is
 * no new revision.
 */
export function updateStateMachine(actions: Actions, request: z.infer<typeof UpdateStateMachine>): unknown {
  const { catalog, now } = actions;
  const known = found(actions, request.stateMachineArn);
  const definition =
    request.definition === undefined ? known.definition : keep(actions, known.name, request.definition);
  const roleArn = request.roleArn ?? known.roleArn;
  const changed = definition !== known.definition || roleArn !== known.roleArn;
  const machine = changed ? { ...known, definition, roleArn, revision: known.revision + 1 } : known;
  if (changed) catalog.saveMachine(machine);
  return {
    updateDate: seconds(now()),
    revisionId: revisionId(machine.revision),
    ...(request.publish && { stateMachineVersionArn: publish(actions, machine, request.versionDescription).arn }),
  };
}

/**
 * One version a revision: asked again, the same. Refused when the machine has gone on to another
 * revision.
 */
export function publishStateMachineVersion(
  actions: Actions,
  request: z.infer<typeof PublishStateMachineVersion>,
): unknown {
  const machine = found(actions, request.stateMachineArn);
  if (request.revisionId !== undefined && request.revisionId !== revisionId(machine.revision))
    throw new ApiError('ConflictException', `the state machine is at ${revisionId(machine.revision)}`);
  const { arn, createdAt } = publish(actions, machine, request.description);
  return { stateMachineVersionArn: arn, creationDate: seconds(createdAt) };
}

function publish({ catalog, now }: Actions, machine: Machine, description: string | undefined) {
  const mine = [...catalog.versions.values()].filter(({ stateMachineArn }) => stateMachineArn === machine.arn);
  const same = mine.find(({ revision }) => revision === machine.revision);
  if (same) return { arn: same.arn, createdAt: same.createdAt ?? machine.createdAt };
  const number = Math.max(0, ...mine.map(({ arn }) => Number(arn.slice(arn.lastIndexOf(':') + 1)))) + 1;
  const { arn: stateMachineArn, definition, revision } = machine;
  const version = { arn: `${stateMachineArn}:${number}`, stateMachineArn, definition, revision, createdAt: now() };
  catalog.saveVersion(version, description);
  return version;
}

type Routing = z.infer<typeof routingConfiguration>;

/** Of one machine, all there, and 100 in all. */
function checkedRouting({ catalog }: Actions, routing: Routing) {
  const machines = routing.map(
    ({ stateMachineVersionArn: arn }) => catalog.versions.get(arn)?.stateMachineArn ?? `no version ${arn}`,
  );
  const missing = machines.find((machine) => machine.startsWith('no version'));
  if (missing !== undefined) throw noSuchResource(missing);
  const sum = routing.reduce((total, { weight }) => total + weight, 0);
  if (new Set(machines).size > 1 || sum !== 100)
    throw new ApiError('ValidationException', 'routing: versions of one machine, weights of 100 in all');
  return {
    machine: machines[0] ?? '',
    routing: routing.map(({ stateMachineVersionArn: versionArn, weight }) => ({ versionArn, weight })),
  };
}

export function createStateMachineAlias(actions: Actions, request: z.infer<typeof CreateStateMachineAlias>): unknown {
  const { machine, routing } = checkedRouting(actions, request.routingConfiguration);
  const aliasArn = `${machine}:${request.name}`;
  const known = actions.catalog.aliases.get(aliasArn);
  if (known && JSON.stringify(known.routing) !== JSON.stringify(routing))
    throw new ApiError('ConflictException', `alias ${aliasArn} exists`);
  actions.catalog.saveAlias({ aliasArn, routing });
  return { stateMachineAliasArn: aliasArn, creationDate: seconds(actions.now()) };
}

export function updateStateMachineAlias(actions: Actions, request: z.infer<typeof UpdateStateMachineAlias>): unknown {
  const { stateMachineAliasArn: aliasArn, routingConfiguration } = request;
  if (!actions.catalog.aliases.has(aliasArn)) throw noSuchResource(aliasArn);
  if (routingConfiguration)
    actions.catalog.saveAlias({ aliasArn, routing: checkedRouting(actions, routingConfiguration).routing });
  return { updateDate: seconds(actions.now()) };
}
