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
const looked = 25;

const conflict = (name: string, cause: unknown): Unavailable =>
  new Unavailable('journey.publish-conflict', { machine: name, cause });

/** The state machines of Step Functions. */
export function stateMachines(client: SFNClient, { arnPrefix, roleArn, logGroupArn }: MachineHome): Machines {
  const settings = {
    roleArn,
    loggingConfiguration: {
      level: 'ERROR' as const,
      includeExecutionData: false,
      destinations: [{ cloudWatchLogsLogGroup: { logGroupArn } }],
    },
    tracingConfiguration: { enabled: true },
  };

  /** Creates or updates the machine. Returns its revision. */
  async function put(name: string, definition: string): Promise<string> {
    const stateMachineArn = `${arnPrefix}${name}`;
    try {
      const updated = await client.send(new UpdateStateMachineCommand({ stateMachineArn, definition, ...settings }));
      return updated.revisionId ?? firstRevision;
    } catch (error) {
      if (!(error instanceof StateMachineDoesNotExist)) throw error;
    }
    try {
      await client.send(new CreateStateMachineCommand({ name, definition, type: 'STANDARD', ...settings }));
      return firstRevision;
    } catch (error) {
      if (error instanceof StateMachineAlreadyExists) throw conflict(name, error);
      throw error;
    }
  }

  return {
    async publish(name, definition, description) {
      const revisionId = await put(name, JSON.stringify(definition));
      const stateMachineArn = `${arnPrefix}${name}`;
      try {
        const command = new PublishStateMachineVersionCommand({ stateMachineArn, revisionId, description });
        return (await client.send(command)).stateMachineVersionArn ?? '';
      } catch (error) {
        if (error instanceof ConflictException) throw conflict(name, error);
        throw error;
      }
    },

    async route(name, shares) {
      const routingConfiguration = shares.map(({ arn, weight }) => ({ stateMachineVersionArn: arn, weight }));
      const stateMachineAliasArn = `${arnPrefix}${name}:${aliasName}`;
      try {
        await client.send(new UpdateStateMachineAliasCommand({ stateMachineAliasArn, routingConfiguration }));
      } catch (error) {
        if (!(error instanceof ResourceNotFound)) throw error;
        await client.send(new CreateStateMachineAliasCommand({ name: aliasName, routingConfiguration }));
      }
    },

    async position(executionArn) {
      try {
        const page = await client.send(
          new GetExecutionHistoryCommand({
            executionArn,
            reverseOrder: true,
            includeExecutionData: false,
            maxResults: looked,
          }),
        );
        const entered = page.events?.find(({ stateEnteredEventDetails }) => stateEnteredEventDetails !== undefined);
        return entered?.stateEnteredEventDetails?.name;
      } catch (error) {
        if (error instanceof ExecutionDoesNotExist) return undefined;
        throw error;
      }
    },
  };
}
