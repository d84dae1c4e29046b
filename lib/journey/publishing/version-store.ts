import { type Item, type Table } from '../../aws/table/dynamo-table.ts';
import { journeyVersionPrefix } from '../../model/keys/parse-keys.ts';
import { keys } from '../../model/keys/table-keys.ts';
import { type Instant } from '../../shared/time.ts';
import { JourneyDefinition, JourneyDraft } from '../definition/journey-definition.ts';
import { ifAbsent, ifRevision } from '../../aws/table/conditions.ts';

/** A journey's draft. `rev` counts its writes. 0 means that it was not saved. */
export interface SavedJourneyDraft {
  draft: JourneyDraft;
  rev: number;
  savedAt: Instant;
}

/**
 * A version's row. Publishing first claims its number, then stores the ARN of its state machine.
 */
export interface VersionRow {
  version: number;
  definition: JourneyDefinition;
  /** Hash of the draft, see `draftFingerprint`. */
  fingerprint: string;
  /** Steps at which migrated enrolments can enter the version. */
  resumeAt: string[];
  versionArn?: string;
  publishedAt?: Instant;
}

/** Reads and writes drafts and versions, for publishing. */
export interface PublishStore {
  draft(workspace: string, journeyId: string): Promise<SavedJourneyDraft | undefined>;
  drafts(workspace: string): Promise<SavedJourneyDraft[]>;
  /**
   * Writes a draft with the next `rev`. Returns false if another write changed it since it was
   * read.
   */
  saveDraft(workspace: string, draft: SavedJourneyDraft): Promise<boolean>;
  /** Lists every version, newest first, unfinished publications included. Strongly consistent. */
  versions(workspace: string, journeyId: string): Promise<VersionRow[]>;
  /** Claims a version's number. Returns false if it exists. */
  claim(workspace: string, row: VersionRow): Promise<boolean>;
  /** Stores the ARN of a claimed version. A stored ARN is kept, so it is safe to repeat. */
  finish(workspace: string, row: VersionRow & { versionArn: string; publishedAt: Instant }): Promise<void>;
}

function readDraft(item: Item | undefined): SavedJourneyDraft | undefined {
  if (typeof item?.doc !== 'string') return undefined;
  const draft = JourneyDraft.parse(JSON.parse(item.doc));
  return { draft, rev: Number(item.rev), savedAt: String(item.savedAt) };
}

function readRow({ doc, fingerprint, resumeAt, versionArn, publishedAt }: Item): VersionRow {
  const definition = JourneyDefinition.parse(JSON.parse(String(doc)));
  return {
    version: definition.version,
    definition,
    fingerprint: String(fingerprint),
    resumeAt: Array.isArray(resumeAt) ? resumeAt.map(String) : [],
    ...(typeof versionArn === 'string' && { versionArn, publishedAt: String(publishedAt) }),
  };
}

function saveDraft(table: Table, workspace: string, { draft, rev, savedAt }: SavedJourneyDraft): Promise<boolean> {
  const item = { ...keys.journeyDraft(workspace, draft.id), rev: rev + 1, savedAt, doc: JSON.stringify(draft) };
  return table.put(item, ifRevision(rev));
}

/** Creates the store of drafts and versions. Functions that run journeys read `JourneyStore`. */
export function publishStore(table: Table): PublishStore {
  return {
    draft: async (workspace, journeyId) =>
      readDraft(await table.get(keys.journeyDraft(workspace, journeyId), { consistent: true })),

    async drafts(workspace) {
      const { pk, sk: prefix } = keys.journeyDraft(workspace, '');
      return (await table.query(pk, { prefix })).flatMap((item) => readDraft(item) ?? []);
    },

    saveDraft: (workspace, draft) => saveDraft(table, workspace, draft),

    async versions(workspace, journeyId) {
      const { pk } = keys.journeyVersion(workspace, journeyId, 0);
      const prefix = journeyVersionPrefix(journeyId);
      return (await table.query(pk, { prefix, newestFirst: true, consistent: true })).map(readRow);
    },

    claim(workspace, { version, definition, fingerprint, resumeAt }) {
      const key = keys.journeyVersion(workspace, definition.id, version);
      const item = { ...key, fingerprint, resumeAt, doc: JSON.stringify(definition) };
      return table.put(item, ifAbsent);
    },

    async finish(workspace, { version, definition, fingerprint, versionArn, publishedAt }) {
      await table.update(
        keys.journeyVersion(workspace, definition.id, version),
        {
          expression: 'SET versionArn = if_not_exists(versionArn, :arn), publishedAt = if_not_exists(publishedAt, :at)',
          values: { ':arn': versionArn, ':at': publishedAt },
        },
        { expression: 'fingerprint = :fingerprint', values: { ':fingerprint': fingerprint } },
      );
    },
  };
}
