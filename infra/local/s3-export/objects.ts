import { Bytes } from '../http/aws-endpoint.ts';
import { type VirtualClock } from '../clock/virtual-clock.ts';
import { type Journal } from '../journal/open-journal.ts';
import { type StackTemplate } from '../template/template.ts';
import { dayMs } from '../../../lib/shared/time.ts';

export interface LocalObjects {
  /** Puts all of them or, after a kill, none. What a bucket's lifecycle lets expire has gone then. */
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

/** The template's buckets in the journal. Objects are only read from outside: what puts them is a service of ours. */
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
      journal.exec('BEGIN IMMEDIATE');
      try {
        expire.run(name, clock.now() - bucket.expiresDays * dayMs);
        for (const [key, body] of Object.entries(objects)) insert.run(name, key, clock.now(), body);
        journal.exec('COMMIT');
      } catch (error) {
        journal.exec('ROLLBACK');
        throw error;
      }
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
