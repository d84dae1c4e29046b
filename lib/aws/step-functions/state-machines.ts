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

/** Where state machines that are made at run time belong, and what they may do. */
export interface MachineHome {
  /** ARN of a machine but for its name: `arn:aws:states:<region>:<account>:stateMachine:`. */
  arnPrefix: string;
  roleArn: string;
  /** Log group their errors are written to, `…:*`. */
  logGroupArn: string;
}

/** A version of a machine, and its share of those who start by the alias, in whole percent. */
export interface Share {
  arn: string;
  weight: number;
}

/** State machines in the verbs publishing needs. Each may be asked for again at any time. */
export interface Machines {
  /**
   * Makes a definition a version of the machine of that name, which is made if it is missing. Answers the version's ARN. Asked again with the
   * same definition it answers the same version, or one just like it. `Unavailable('journey.publish-conflict')` when another definition was
   * put there at the same time.
   */
  publish(name: string, definition: unknown, description: string): Promise<string>;
  /** Points the machine's alias `live` at one or two of its versions. */
  route(name: string, shares: Share[]): Promise<void>;
  /** The state an execution has entered last; undefined where nothing of it is left. */
  position(executionArn: string): Promise<string | undefined>;
}

const aliasName = 'live';

/** The name AWS gives to the revision of a machine that was never updated. */
const firstRevision = 'INITIAL';

/** So many events lie between the newest and the last state entered: a task's scheduling, start, tries and time-outs. */
const looked = 25;

const conflict = (name: string, cause: unknown): Unavailable =>
  new Unavailable('journey.publish-conflict', { machine: name, cause });

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

  /** Puts the definition in place. Answers the revision it is. */
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
