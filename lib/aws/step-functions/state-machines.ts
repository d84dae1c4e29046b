import {
  ConflictException,
  CreateStateMachineAliasCommand,
  CreateStateMachineCommand,
  ExecutionDoesNotExist,
  GetExecutionHistoryCommand,
  PublishStateMachineVersionCommand,
  ResourceNotFound,
  type SFNClient,
  StateMachineAlreadyExists,
  StateMachineDoesNotExist,
  UpdateStateMachineAliasCommand,
  UpdateStateMachineCommand,
} from '@aws-sdk/client-sfn';
import { Unavailable } from '../../shared/errors.ts';

/** Prefix, role and log group of state machines created at run time. */
export interface MachineHome {
  /** ARN of a machine without its name: `arn:aws:states:<region>:<account>:stateMachine:`. */
  arnPrefix: string;
  roleArn: string;
  /** Log group for their errors, `…:*`. */
  logGroupArn: string;
}

/** A version of a machine and its share of new executions, whole per cent. */
export interface Share {
  arn: string;
  weight: number;
}

/** Publishes state machines. Every method may be retried. */
export interface Machines {
  /**
   * Publishes a definition as a version of the named machine, which is created if missing. Returns
   * the version's ARN. A retry with the same definition returns the same or an equal version.
   * Throws `Unavailable('journey.publish-conflict')` if another definition was published
   * concurrently.
   */
  publish(name: string, definition: unknown, description: string): Promise<string>;
  /** Routes the machine's alias `live` to one or two of its versions. */
  route(name: string, shares: Share[]): Promise<void>;
  /** Returns the state that an execution entered last, or undefined if its history is deleted. */
  position(executionArn: string): Promise<string | undefined>;
}

const aliasName = 'live';

/** AWS's name for the revision of a machine that was never updated. */
const firstRevision = 'INITIAL';

/**
 * Limit of events searched for the last state entered: a task's scheduling, start, retries and
 * timeouts.
 */
const maxSearched = 25;

const conflict = (name: string, cause: unknown): Unavailable =>
  new Unavailable('journey.publish-conflict', { machine: name, cause });

/** What every definition is created and updated with. */
const machineSettings = ({ roleArn, logGroupArn }: MachineHome) => ({
  roleArn,
  loggingConfiguration: {
    level: 'ERROR' as const,
    includeExecutionData: false,
    destinations: [{ cloudWatchLogsLogGroup: { logGroupArn } }],
  },
  tracingConfiguration: { enabled: true },
});

/** The machine that a request concerns, by its name. */
interface MachineClient {
  client: SFNClient;
  home: MachineHome;
  name: string;
}

const machineArn = ({ home, name }: MachineClient): string => `${home.arnPrefix}${name}`;

/** Returns the revision of the updated machine, or undefined if it does not exist. */
async function updateMachine(machine: MachineClient, definition: string): Promise<string | undefined> {
  const input = { stateMachineArn: machineArn(machine), definition, ...machineSettings(machine.home) };
  try {
    const updated = await machine.client.send(new UpdateStateMachineCommand(input));
    return updated.revisionId ?? firstRevision;
  } catch (error) {
    if (error instanceof StateMachineDoesNotExist) return undefined;
    throw error;
  }
}

async function createMachine({ client, home, name }: MachineClient, definition: string): Promise<string> {
  const input = { name, definition, type: 'STANDARD' as const, ...machineSettings(home) };
  try {
    await client.send(new CreateStateMachineCommand(input));
    return firstRevision;
  } catch (error) {
    if (error instanceof StateMachineAlreadyExists) throw conflict(name, error);
    throw error;
  }
}

async function publishVersion(machine: MachineClient, definition: unknown, description: string): Promise<string> {
  const text = JSON.stringify(definition);
  const revisionId = (await updateMachine(machine, text)) ?? (await createMachine(machine, text));
  const stateMachineArn = machineArn(machine);
  try {
    const command = new PublishStateMachineVersionCommand({ stateMachineArn, revisionId, description });
    return (await machine.client.send(command)).stateMachineVersionArn ?? '';
  } catch (error) {
    if (error instanceof ConflictException) throw conflict(machine.name, error);
    throw error;
  }
}

async function updateAlias(machine: MachineClient, shares: Share[]): Promise<void> {
  const routingConfiguration = shares.map(({ arn, weight }) => ({ stateMachineVersionArn: arn, weight }));
  const stateMachineAliasArn = `${machineArn(machine)}:${aliasName}`;
  try {
    await machine.client.send(new UpdateStateMachineAliasCommand({ stateMachineAliasArn, routingConfiguration }));
  } catch (error) {
    if (!(error instanceof ResourceNotFound)) throw error;
    await machine.client.send(new CreateStateMachineAliasCommand({ name: aliasName, routingConfiguration }));
  }
}

async function lastStateEntered(client: SFNClient, executionArn: string): Promise<string | undefined> {
  const newest = { reverseOrder: true, includeExecutionData: false, maxResults: maxSearched };
  try {
    const page = await client.send(new GetExecutionHistoryCommand({ executionArn, ...newest }));
    const entered = page.events?.find(({ stateEnteredEventDetails }) => stateEnteredEventDetails !== undefined);
    return entered?.stateEnteredEventDetails?.name;
  } catch (error) {
    if (error instanceof ExecutionDoesNotExist) return undefined;
    throw error;
  }
}

/** The state machines of Step Functions. */
export function stateMachines(client: SFNClient, home: MachineHome): Machines {
  return {
    publish: (name, definition, description) => publishVersion({ client, home, name }, definition, description),
    route: (name, shares) => updateAlias({ client, home, name }, shares),
    position: (executionArn) => lastStateEntered(client, executionArn),
  };
}
