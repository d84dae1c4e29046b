import { type Journal } from '../journal/open-journal.ts';

/** The statements of the executions' tables. */
export function prepareExecutionStatements(journal: Journal) {
  return {
    insert: journal.prepare(
      `INSERT INTO sfn_execution (id, arn, name, machineArn, machineName, versionArn, aliasArn, roleArn, definition, input, startedAt,
       deadline, status) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    close: journal.prepare(
      'UPDATE sfn_execution SET status = ?, stoppedAt = ?, output = ?, error = ?, cause = ? WHERE id = ?',
    ),
    saveFlow: journal.prepare(
      'INSERT OR REPLACE INTO sfn_flow (id, execution, phase, due, input, variables, doc) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ),
    dropFlow: journal.prepare('DELETE FROM sfn_flow WHERE id = ?'),
    dropFlows: journal.prepare('DELETE FROM sfn_flow WHERE execution = ?'),
    event: journal.prepare('INSERT INTO sfn_event (execution, id, event) VALUES (?, ?, ?)'),
    announce: journal.prepare('INSERT INTO sfn_outbox (id, detail) VALUES (?, ?)'),
    forget: journal.prepare('DELETE FROM sfn_outbox WHERE id = ?'),
    untold: journal.prepare('SELECT id, detail FROM sfn_outbox ORDER BY id'),
    byArn: journal.prepare('SELECT * FROM sfn_execution WHERE arn = ?'),
    byId: journal.prepare('SELECT * FROM sfn_execution WHERE id = ?'),
    flowsOf: journal.prepare('SELECT * FROM sfn_flow WHERE execution = ? ORDER BY id'),
    lastEvent: journal.prepare('SELECT coalesce(max(id), 0) AS last FROM sfn_event WHERE execution = ?'),
    resting: journal.prepare('SELECT id, execution, phase, due FROM sfn_flow ORDER BY id'),
    deadlines: journal.prepare(
      `SELECT id, deadline FROM sfn_execution WHERE status = 'RUNNING' AND deadline IS NOT NULL`,
    ),
    purgeEvents: journal.prepare(
      'DELETE FROM sfn_event WHERE execution IN (SELECT id FROM sfn_execution WHERE stoppedAt < ?)',
    ),
    purge: journal.prepare('DELETE FROM sfn_execution WHERE stoppedAt < ?'),
  };
}
