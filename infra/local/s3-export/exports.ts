import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { AwsError } from '../http/aws-error.ts';
import { type VirtualClock } from '../clock/virtual-clock.ts';
import { exportObjects, packTable } from './export-files.ts';
import { type Journal } from '../journal/open-journal.ts';
import { type LocalObjects } from './objects.ts';
import { readServiceRequest } from '../http/read-request.ts';
import { type StackTemplate } from '../template/template.ts';
import { hourMs } from '../../../lib/shared/time.ts';

export interface Exports {
  /** `exportTableToPointInTime` and `describeExport`, as a state machine calls them. */
  call(action: string, request: unknown): Promise<{ ExportDescription: ExportDescription }>;
}

interface ExportsOptions {
  /** Where the tables are. */
  endpoint: string;
  tables: StackTemplate['tables'];
  objects: Pick<LocalObjects, 'put'>;
  journal: Journal;
  clock: VirtualClock;
}

const Request = z.strictObject({
  TableArn: z.string(),
  S3Bucket: z.string(),
  S3SseAlgorithm: z.literal('AES256').optional(),
  ExportFormat: z.literal('DYNAMODB_JSON'),
  ClientToken: z.string().regex(/^[^$]+$/),
});
type Request = z.infer<typeof Request>;

const OneExport = z.strictObject({ ExportArn: z.string() });

const ExportDescription = z.object({
  ExportArn: z.string(),
  ExportStatus: z.literal('COMPLETED'),
  ExportManifest: z.string(),
  TableArn: z.string(),
  ExportTime: z.string(),
  ClientToken: z.string(),
  ItemCount: z.int(),
});
type ExportDescription = z.infer<typeof ExportDescription>;

/** How long a token stands for the export it was given with. */
const tokenMs = 8 * hourMs;

/**
 * Exports of a table, as DynamoDB makes them but for time: one is done when it is answered, and one that failed was never begun. A kill before
 * that leaves nothing, and whoever asked asks again. The same token within eight hours is answered with the export it was given with; with
 * another request, `ExportConflictException`. No snapshot: who writes meanwhile may be half in it. The table is read past whatever counts
 * what functions read, as DynamoDB's is.
 */
export function createExports({ endpoint, tables, objects, journal, clock }: ExportsOptions): Exports {
  journal.exec(
    'CREATE TABLE IF NOT EXISTS exports (arn TEXT PRIMARY KEY, token TEXT, at REAL, request TEXT, description TEXT)',
  );
  const insert = journal.prepare('INSERT INTO exports (arn, token, at, request, description) VALUES (?, ?, ?, ?, ?)');
  const newest = journal.prepare('SELECT * FROM exports WHERE token = ? AND at > ? ORDER BY at DESC LIMIT 1');
  const find = journal.prepare('SELECT description FROM exports WHERE arn = ?');
  const read = (description: unknown): ExportDescription => ExportDescription.parse(JSON.parse(String(description)));
  let last: Promise<unknown> = Promise.resolve();

  async function make(request: Request): Promise<ExportDescription> {
    const { TableArn, S3Bucket, ClientToken } = request;
    const table = tables.find(({ arn }) => arn === TableArn);
    if (!table) throw new AwsError('TableNotFoundException', `no table ${TableArn}`);
    const now = clock.now();
    const ExportTime = new Date(now).toISOString();
    const ExportArn = `${TableArn}/export/${String(now).padStart(14, '0')}-${randomBytes(4).toString('hex')}`;
    const facts = { exportArn: ExportArn, tableArn: TableArn, s3Bucket: S3Bucket, exportTime: ExportTime };
    const made = exportObjects(await packTable(endpoint, table.ref), facts);
    objects.put(S3Bucket, made.objects);
    const description: ExportDescription = {
      ...{ ExportArn, ExportStatus: 'COMPLETED', ExportManifest: made.manifest, TableArn, ExportTime, ClientToken },
      ItemCount: made.itemCount,
    };
    insert.run(ExportArn, ClientToken, now, JSON.stringify(request), JSON.stringify(description));
    return description;
  }

  async function exportTable(request: Request): Promise<ExportDescription> {
    const known = newest.get(request.ClientToken, clock.now() - tokenMs);
    if (!known) return make(request);
    if (known.request !== JSON.stringify(request))
      throw new AwsError('ExportConflictException', 'the token was given with another request');
    return read(known.description);
  }

  /** One after the other, so that who asks meanwhile under the same token finds what was made. */
  function exportInTurn(request: Request): Promise<ExportDescription> {
    const mine = last.catch(() => undefined).then(() => exportTable(request));
    last = mine;
    return mine;
  }

  function describeExport({ ExportArn }: z.infer<typeof OneExport>): ExportDescription {
    const found = find.get(ExportArn);
    if (!found) throw new AwsError('ExportNotFoundException', `no export ${ExportArn}`);
    return read(found.description);
  }

  return {
    async call(action, body) {
      if (action === 'exportTableToPointInTime')
        return { ExportDescription: await exportInTurn(readServiceRequest(Request, body)) };
      if (action === 'describeExport')
        return { ExportDescription: describeExport(readServiceRequest(OneExport, body)) };
      throw new AwsError('UnknownOperationException', `${action} is not there locally`, { status: 404 });
    },
  };
}
