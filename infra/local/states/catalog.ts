import { createHash } from 'node:crypto';
import { type Journal } from '../journal.ts';
import { type Machine } from '../../../lib/journey/states/machine.ts';
import { compileMachine } from '../../../lib/journey/states/machine.ts';

/** A state machine as the template has it. */
export interface StateMachine {
  arn: string;
  name: string;
  definition: string;
  roleArn: string;
}
export interface Version {
  arn: string;
  stateMachineArn: string;
}
/** Weights add up to 100. */
export interface Alias {
  aliasArn: string;
  routing: { versionArn: string; weight: number }[];
}

/** What an ARN in StartExecution stands for. */
export interface Target {
  machine: StateMachine;
  definition: string;
  versionArn: string | undefined;
  aliasArn: string | undefined;
}

export interface CatalogOptions {
  machines: readonly StateMachine[];
  /** Beside those that the aliases name. */
  versions?: readonly Version[];
  aliases?: readonly Alias[];
  journal: Journal;
  now: () => number;
}

/**
 * The machines, their versions and aliases, and every definition that an execution runs on: those are kept in the journal by hash, so
 * that who is inside stays on the definition it entered with when the template changes.
 */
export class Catalog {
  readonly machines: ReadonlyMap<string, StateMachine>;
  readonly versions: ReadonlyMap<string, Version>;
  readonly aliases: ReadonlyMap<string, Alias>;
  readonly #options: CatalogOptions;
  readonly #compiled = new Map<string, Machine>();
  readonly #hashes = new Map<string, string>();

  /** Throws for a definition that the engine cannot run. */
  constructor(options: CatalogOptions) {
    this.#options = options;
    const { machines, versions = [], aliases = [], journal, now } = options;
    this.machines = new Map(machines.map((machine) => [machine.arn, machine]));
    this.aliases = new Map(aliases.map((alias) => [alias.aliasArn, alias]));
    const routed = aliases.flatMap(({ routing }) => routing.map(({ versionArn }) => versionOf(versionArn)));
    this.versions = new Map([...versions, ...routed].map((version) => [version.arn, version]));
    const keep = journal.prepare('INSERT OR IGNORE INTO sfn_definition (hash, definition, createdAt) VALUES (?, ?, ?)');
    for (const { arn, name, definition } of machines) {
      const hash = createHash('sha256').update(definition).digest('hex');
      this.#hashes.set(arn, hash);
      this.#compiled.set(hash, compile(name, definition, now));
      keep.run(hash, definition, now());
    }
  }

  /** Undefined for an ARN that is none of ours. `draw` in 0–1 chooses between the versions of an alias. */
  resolve(arn: string, draw: () => number): Target | undefined {
    const alias = this.aliases.get(arn);
    const version = this.versions.get(alias ? chosen(alias, draw()) : arn);
    const machine = this.machines.get(version?.stateMachineArn ?? arn);
    const definition = machine && this.#hashes.get(machine.arn);
    return machine && definition
      ? { machine, definition, versionArn: version?.arn, aliasArn: alias?.aliasArn }
      : undefined;
  }

  /** Throws for a hash that was never kept. */
  machineOf(hash: string): Machine {
    const known = this.#compiled.get(hash);
    if (known) return known;
    const machine = compile(hash, this.definitionOf(hash).definition, this.#options.now);
    this.#compiled.set(hash, machine);
    return machine;
  }

  definitionOf(hash: string): { definition: string; createdAt: number } {
    const row = this.#options.journal
      .prepare('SELECT definition, createdAt FROM sfn_definition WHERE hash = ?')
      .get(hash);
    if (!row) throw new Error(`no definition ${hash}`);
    return row as { definition: string; createdAt: number };
  }
}

function compile(name: string, definition: string, now: () => number): Machine {
  try {
    return compileMachine(definition, now);
  } catch (error) {
    throw new Error(`state machine ${name}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

/** `…:stateMachine:name:3` is a version of `…:stateMachine:name`. */
function versionOf(arn: string): Version {
  return { arn, stateMachineArn: arn.slice(0, arn.lastIndexOf(':')) };
}

function chosen({ routing }: Alias, draw: number): string {
  let below = draw * 100;
  const hit = routing.find(({ weight }) => (below -= weight) < 0);
  return (hit ?? routing[0])?.versionArn ?? '';
}
