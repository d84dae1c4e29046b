import { type Journal } from '../journal/open-journal.ts';

/**
 * Tables of the Step Functions engine. A waiting execution is one row of `sfn_flow`, and only its
 * timer is in memory. The history is one row per event. `sfn_definition` keeps every definition
 * that an execution runs on, `sfn_outbox` the announcements that are not yet published.
 */
export function createJournalTables(journal: Journal): void {
  journal.exec(`
    CREATE TABLE IF NOT EXISTS sfn_definition (hash TEXT PRIMARY KEY, definition TEXT NOT NULL, createdAt INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS sfn_execution (
      id INTEGER PRIMARY KEY, arn TEXT NOT NULL UNIQUE, name TEXT NOT NULL, machineArn TEXT NOT NULL, machineName TEXT NOT NULL,
      versionArn TEXT, aliasArn TEXT, roleArn TEXT NOT NULL, definition TEXT NOT NULL, input TEXT NOT NULL, startedAt INTEGER NOT NULL,
      deadline INTEGER, status TEXT NOT NULL, stoppedAt INTEGER, output TEXT, error TEXT, cause TEXT);
    CREATE INDEX IF NOT EXISTS sfn_execution_machine ON sfn_execution (machineArn, id);
    CREATE INDEX IF NOT EXISTS sfn_execution_deadline ON sfn_execution (deadline) WHERE status = 'RUNNING' AND deadline IS NOT NULL;
    CREATE INDEX IF NOT EXISTS sfn_execution_stopped ON sfn_execution (stoppedAt) WHERE stoppedAt IS NOT NULL;
    CREATE TABLE IF NOT EXISTS sfn_flow (
      id INTEGER PRIMARY KEY, execution INTEGER NOT NULL, phase TEXT NOT NULL, due INTEGER, input TEXT NOT NULL, variables TEXT NOT NULL,
      doc TEXT NOT NULL);
    CREATE INDEX IF NOT EXISTS sfn_flow_execution ON sfn_flow (execution);
    CREATE TABLE IF NOT EXISTS sfn_event (
      execution INTEGER NOT NULL, id INTEGER NOT NULL, event TEXT NOT NULL, PRIMARY KEY (execution, id)) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS sfn_outbox (id INTEGER PRIMARY KEY, detail TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS sfn_key (id INTEGER PRIMARY KEY CHECK (id = 1), secret TEXT NOT NULL);
  `);
}
