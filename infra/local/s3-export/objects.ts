import { Bytes } from '../http/aws-endpoint.ts';
import { type VirtualClock } from '../clock/virtual-clock.ts';
import { type Journal } from '../journal/open-journal.ts';
import { type StackTemplate } from '../template/template.ts';
import { dayMs } from '#lib/shared/time.ts';

/** The template's buckets. */
export interface LocalObjects {
  /** Puts all objects or, after a kill, none. Deletes those that the bucket's lifecycle expires. */
  put(bucket: string, objects: Record<string, Buffer>): void;
  /** S3 with the bucket in the path: `GET /<bucket>/<key>`. */
  call(action: string): Bytes;
}

interface ObjectsOptions {
  buckets: StackTemplate['buckets'];
  journal: Journal;
  clock: VirtualClock;
}

function refused(status: number, code: string): Bytes {
  const text = `<Error><Code>${code}</Code><Message>not there</Message></Error>`;
  return new Bytes(status, 'application/xml', Buffer.from(text));
}

/** Runs `write` in one transaction. */
function transact(journal: Journal, write: () => void): void {
  journal.exec('BEGIN IMMEDIATE');
  try {
    write();
    journal.exec('COMMIT');
  } catch (error) {
    journal.exec('ROLLBACK');
    throw error;
  }
}

/**
 * The template's buckets in the journal. Clients only read objects; services of this runner put
 * them.
 */
export function createObjects({ buckets, journal, clock }: ObjectsOptions): LocalObjects {
  journal.exec(
    'CREATE TABLE IF NOT EXISTS objects (bucket TEXT, key TEXT, at REAL, body BLOB, PRIMARY KEY (bucket, key))',
  );
  const insert = journal.prepare('INSERT OR REPLACE INTO objects (bucket, key, at, body) VALUES (?, ?, ?, ?)');
  const expire = journal.prepare('DELETE FROM objects WHERE bucket = ? AND at <= ?');
  const find = journal.prepare('SELECT body FROM objects WHERE bucket = ? AND key = ?');
  const bucketOf = (name: string) => buckets.find(({ ref }) => ref === name);

  return {
    put(name, objects) {
      const bucket = bucketOf(name);
      if (!bucket) throw new Error(`no bucket ${name}`);
      transact(journal, () => {
        expire.run(name, clock.now() - bucket.expiresDays * dayMs);
        for (const [key, body] of Object.entries(objects)) insert.run(name, key, clock.now(), body);
      });
    },

    call(action) {
      const [, method, name = '', key = ''] = /^(\w+) \/([^/?]+)\/?([^?]*)/.exec(action) ?? [];
      if (method !== 'GET' || key === '') return refused(405, 'MethodNotAllowed');
      if (!bucketOf(name)) return refused(404, 'NoSuchBucket');
      const row = find.get(name, decodeURIComponent(key));
      if (!(row?.body instanceof Uint8Array)) return refused(404, 'NoSuchKey');
      return new Bytes(200, 'application/octet-stream', Buffer.from(row.body));
    },
  };
}
