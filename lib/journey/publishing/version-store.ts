import { type Item, type Table } from '../../aws/table/dynamo-table.ts';
import { keys } from '../../model/table-keys.ts';
import { type Instant } from '../../shared/time.ts';
import { JourneyDefinition, JourneyDraft } from '../definition/journey-definition.ts';

/** What an author works on. `rev` counts its writes; 0 stands for none. */
export interface SavedJourneyDraft {
  draft: JourneyDraft;
  rev: number;
  savedAt: Instant;
}

/** A version as publishing keeps it: first its number is taken, then its state machine's version is noted. */
export interface VersionRow {
  version: number;
  definition: JourneyDefinition;
  /** The same for the same definition. */
  fingerprint: string;
  /** Steps at which it can be entered by people from other versions. */
  resumeAt: string[];
  versionArn?: string;
  publishedAt?: Instant;
}

export interface PublishStore {
  draft(workspace: string, journeyId: string): Promise<SavedJourneyDraft | undefined>;
  drafts(workspace: string): Promise<SavedJourneyDraft[]>;
  /** Writes a draft over the revision it was read at. False when somebody was faster. */
  saveDraft(workspace: string, draft: SavedJourneyDraft): Promise<boolean>;
  /** Every version, newest first, those that publishing has not finished included. */
  versions(workspace: string, journeyId: string): Promise<VersionRow[]>;
  /** Takes a version's number. False when it is taken. */
  claim(workspace: string, row: VersionRow): Promise<boolean>;
  /** Notes what a claimed version's executions are started on; what was noted first stands. */
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

/** Drafts and versions, for whoever writes and publishes journeys. What runs them reads `JourneyStore`. */
export function publishStore(table: Table): PublishStore {
  return {
    draft: async (workspace, journeyId) =>
      readDraft(await table.get(keys.journeyDraft(workspace, journeyId), { consistent: true })),

    async drafts(workspace) {
      const { pk, sk: prefix } = keys.journeyDraft(workspace, '');
      return (await table.query(pk, { prefix })).flatMap((item) => readDraft(item) ?? []);
    },

    saveDraft(workspace, { draft, rev, savedAt }) {
      const item = { ...keys.journeyDraft(workspace, draft.id), rev: rev + 1, savedAt, doc: JSON.stringify(draft) };
      const unchanged = { expression: 'rev = :rev', values: { ':rev': rev } };
      return table.put(item, rev === 0 ? { expression: 'attribute_not_exists(pk)' } : unchanged);
    },

    async versions(workspace, journeyId) {
      const { pk, sk } = keys.journeyVersion(workspace, journeyId, 0);
      const prefix = sk.slice(0, sk.lastIndexOf('#') + 1);
      return (await table.query(pk, { prefix, newestFirst: true, consistent: true })).map(readRow);
    },

    claim(workspace, { version, definition, fingerprint, resumeAt }) {
      const key = keys.journeyVersion(workspace, definition.id, version);
      const item = { ...key, fingerprint, resumeAt, doc: JSON.stringify(definition) };
      return table.put(item, { expression: 'attribute_not_exists(pk)' });
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
