import { createHash } from 'node:crypto';
import { type Journal } from '../journal/open-journal.ts';
import { compileMachine } from '#lib/states-language/definition/compile-machine.ts';
import { type CompiledMachine } from '#lib/states-language/definition/compiled-states.ts';
import { RuntimeResources } from './runtime-resources.ts';

/** A state machine: of the template, or made by a call. */
export interface CatalogMachine {
  arn: string;
  name: string;
  definition: string;
  roleArn: string;
}
export interface CatalogVersion {
  arn: string;
  stateMachineArn: string;
}
/** Weights add up to 100. */
export interface CatalogAlias {
  aliasArn: string;
  routing: { versionArn: string; weight: number }[];
}

/** What an ARN in StartExecution stands for. */
export interface CatalogTarget {
  machine: Omit<CatalogMachine, 'definition'>;
  definition: string;
  versionArn: string | undefined;
  aliasArn: string | undefined;
}

export interface CatalogOptions {
  machines: readonly CatalogMachine[];
  /** Beside those that the aliases name. */
  versions?: readonly CatalogVersion[];
  aliases?: readonly CatalogAlias[];
  journal: Journal;
  now: () => number;
}

/** A machine as it stands: `revision` counts the definitions it has had, from 0. */
interface Entry extends Omit<CatalogMachine, 'definition'> {
  /** Hash of its definition. */
  definition: string;
  revision: number;
  createdAt: number;
}

/** `definition` is missing where a template's version stands for what its machine is now. */
interface VersionEntry extends CatalogVersion {
  definition?: string;
  revision?: number;
  createdAt?: number;
}

/**
 * The machines, their versions and aliases, and every definition that an execution runs on: those
 * are kept in the journal by hash, so that who is inside stays on the definition it entered with
 * when the template changes. What calls have made is in the journal before they are answered; of
 * two machines of one ARN the template's counts.
 */
export class Catalog {
  readonly #machines = new Map<string, Entry>();
  readonly #versions = new Map<string, VersionEntry>();
  readonly #aliases = new Map<string, CatalogAlias>();
  readonly #options: CatalogOptions;
  readonly #made: RuntimeResources;
  readonly #compiled = new Map<string, CompiledMachine>();

  /** Throws for a definition that the engine cannot run. */
  constructor(options: CatalogOptions) {
    this.#options = options;
    const { machines, versions = [], aliases = [], journal, now } = options;
    this.#made = new RuntimeResources(journal);
    for (const machine of this.#made.machines()) this.#machines.set(machine.arn, machine);
    for (const { description: _description, ...version } of this.#made.versions())
      this.#versions.set(version.arn, version);
    for (const { arn, routing } of this.#made.aliases()) this.#aliases.set(arn, { aliasArn: arn, routing });
    for (const { definition, ...machine } of machines)
      this.#machines.set(machine.arn, {
        ...machine,
        definition: this.keep(machine.name, definition),
        revision: 0,
        createdAt: now(),
      });
    const routed = aliases.flatMap(({ routing }) => routing.map(({ versionArn }) => versionOf(versionArn)));
    for (const version of [...versions, ...routed]) this.#versions.set(version.arn, version);
    for (const alias of aliases) this.#aliases.set(alias.aliasArn, alias);
  }

  get machines(): ReadonlyMap<string, Entry> {
    return this.#machines;
  }

  get versions(): ReadonlyMap<string, VersionEntry> {
    return this.#versions;
  }

  get aliases(): ReadonlyMap<string, CatalogAlias> {
    return this.#aliases;
  }

  /**
   * Undefined for an ARN that is none of ours. `draw` in 0–1 chooses between the versions of an
   * alias.
   */
  resolve(arn: string, draw: () => number): CatalogTarget | undefined {
    const alias = this.#aliases.get(arn);
    const version = this.#versions.get(alias ? chosen(alias, draw()) : arn);
    const machine = this.#machines.get(version?.stateMachineArn ?? arn);
    if (!machine) return undefined;
    const definition = version?.definition ?? machine.definition;
    return { machine, definition, versionArn: version?.arn, aliasArn: alias?.aliasArn };
  }

  /**
   * Compiles a definition and keeps it in the journal; answers its hash. Throws for one that the
   * engine cannot run.
   */
  keep(name: string, definition: string): string {
    const { journal, now } = this.#options;
    const hash = createHash('sha256').update(definition).digest('hex');
    if (!this.#compiled.has(hash)) this.#compiled.set(hash, compile(name, definition, now));
    journal
      .prepare('INSERT OR IGNORE INTO sfn_definition (hash, definition, createdAt) VALUES (?, ?, ?)')
      .run(hash, definition, now());
    return hash;
  }

  saveMachine(machine: Entry): void {
    this.#made.saveMachine({ ...machine, updatedAt: this.#options.now() });
    this.#machines.set(machine.arn, machine);
  }

  saveVersion(version: Required<VersionEntry>, description: string | undefined): void {
    this.#made.saveVersion({ ...version, description: description ?? null });
    this.#versions.set(version.arn, version);
  }

  saveAlias(alias: CatalogAlias): void {
    const now = this.#options.now();
    this.#made.saveAlias({ arn: alias.aliasArn, routing: alias.routing, createdAt: now, updatedAt: now });
    this.#aliases.set(alias.aliasArn, alias);
  }

  /** Throws for a hash that was never kept. */
  machineOf(hash: string): CompiledMachine {
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

function compile(name: string, definition: string, now: () => number): CompiledMachine {
  try {
    return compileMachine(definition, now);
  } catch (error) {
    throw new Error(`state machine ${name}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

/** `…:stateMachine:name:3` is a version of `…:stateMachine:name`. */
function versionOf(arn: string): CatalogVersion {
  return { arn, stateMachineArn: arn.slice(0, arn.lastIndexOf(':')) };
}

function chosen({ routing }: CatalogAlias, draw: number): string {
  let below = draw * 100;
  const hit = routing.find(({ weight }) => (below -= weight) < 0);
  return (hit ?? routing[0])?.versionArn ?? '';
}
