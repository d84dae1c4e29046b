import { type Journal } from '../journal/open-journal.ts';

/** A machine that was made by a call, as it is now. `revision` counts its definitions. */
export interface CreatedMachine {
  arn: string;
  name: string;
  roleArn: string;
  /** Hash of its definition. */
  definition: string;
  revision: number;
  createdAt: number;
  updatedAt: number;
}

export interface CreatedVersion {
  arn: string;
  stateMachineArn: string;
  definition: string;
  revision: number;
  description: string | null;
  createdAt: number;
}

export interface CreatedAlias {
  arn: string;
  routing: { versionArn: string; weight: number }[];
  createdAt: number;
  updatedAt: number;
}

/**
 * Machines, versions and aliases that no template names: rows of the journal, there again after a
 * kill.
 */
export class RuntimeResources {
  readonly #statements: ReturnType<typeof prepare>;

  constructor(journal: Journal) {
    journal.exec(`
      CREATE TABLE IF NOT EXISTS sfn_machine (
        arn TEXT PRIMARY KEY, name TEXT NOT NULL, roleArn TEXT NOT NULL, definition TEXT NOT NULL, revision INTEGER NOT NULL,
        createdAt INTEGER NOT NULL, updatedAt INTEGER NOT NULL) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS sfn_version (
        arn TEXT PRIMARY KEY, stateMachineArn TEXT NOT NULL, definition TEXT NOT NULL, revision INTEGER NOT NULL, description TEXT,
        createdAt INTEGER NOT NULL) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS sfn_alias (
        arn TEXT PRIMARY KEY, routing TEXT NOT NULL, createdAt INTEGER NOT NULL, updatedAt INTEGER NOT NULL) WITHOUT ROWID;
    `);
    this.#statements = prepare(journal);
  }

  machines(): CreatedMachine[] {
    return this.#statements.machines.all() as unknown as CreatedMachine[];
  }

  versions(): CreatedVersion[] {
    return this.#statements.versions.all() as unknown as CreatedVersion[];
  }

  aliases(): CreatedAlias[] {
    const rows = this.#statements.aliases.all() as unknown as (Omit<CreatedAlias, 'routing'> & { routing: string })[];
    return rows.map((row) => ({ ...row, routing: JSON.parse(row.routing) as CreatedAlias['routing'] }));
  }

  saveMachine({ arn, name, roleArn, definition, revision, createdAt, updatedAt }: CreatedMachine): void {
    this.#statements.saveMachine.run(arn, name, roleArn, definition, revision, createdAt, updatedAt);
  }

  saveVersion({ arn, stateMachineArn, definition, revision, description, createdAt }: CreatedVersion): void {
    this.#statements.saveVersion.run(arn, stateMachineArn, definition, revision, description, createdAt);
  }

  saveAlias({ arn, routing, createdAt, updatedAt }: CreatedAlias): void {
    this.#statements.saveAlias.run(arn, JSON.stringify(routing), createdAt, updatedAt);
  }
}

function prepare(journal: Journal) {
  return {
    machines: journal.prepare('SELECT * FROM sfn_machine'),
    versions: journal.prepare('SELECT * FROM sfn_version'),
    aliases: journal.prepare('SELECT * FROM sfn_alias'),
    saveMachine: journal.prepare('INSERT OR REPLACE INTO sfn_machine VALUES (?, ?, ?, ?, ?, ?, ?)'),
    saveVersion: journal.prepare('INSERT OR REPLACE INTO sfn_version VALUES (?, ?, ?, ?, ?, ?)'),
    saveAlias: journal.prepare('INSERT OR REPLACE INTO sfn_alias VALUES (?, ?, ?, ?)'),
  };
}
