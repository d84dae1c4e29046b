import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { AwsError } from '../http/aws-error.ts';
import { type VirtualClock } from '../clock/virtual-clock.ts';
import { exportObjects, packTable } from './export-files.ts';
import { type Journal } from '../journal/open-journal.ts';
import { type LocalObjects } from './objects.ts';
import { readServiceRequest } from '../http/read-request.ts';
import { type StackTemplate } from '../template/template.ts';
import { hourMs } from '#lib/shared/time.ts';

/** DynamoDB's exports of tables. */
export interface Exports {
  /** `exportTableToPointInTime` and `describeExport`, as a state machine calls them. */
  call(action: string, request: unknown): Promise<{ ExportDescription: ExportDescription }>;
}

interface ExportsOptions {
  /** Endpoint of the tables' engine. */
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

/** Validity of a client token, as in DynamoDB. */
const tokenMs = 8 * hourMs;

const prepareStatements = (journal: Journal) => ({
  insert: journal.prepare('INSERT INTO exports (arn, token, at, request, description) VALUES (?, ?, ?, ?, ?)'),
  newest: journal.prepare('SELECT * FROM exports WHERE token = ? AND at > ? ORDER BY at DESC LIMIT 1'),
  find: journal.prepare('SELECT description FROM exports WHERE arn = ?'),
});

const readDescription = (description: unknown): ExportDescription =>
  ExportDescription.parse(JSON.parse(String(description)));

/**
 * Exports tables as DynamoDB does, except that an export is complete when the request returns. A
 * kill before that leaves nothing. A token returns the same export for eight hours, and throws
 * `ExportConflictException` for another request. Not a snapshot. Reads are not metered.
 */
export function createExports(options: ExportsOptions): Exports {
  const exports = new TableExports(options);
  return { call: (action, request) => exports.call(action, request) };
}

class TableExports implements Exports {
  readonly #options: ExportsOptions;
  readonly #rows: ReturnType<typeof prepareStatements>;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: ExportsOptions) {
    this.#options = options;
    options.journal.exec(
      'CREATE TABLE IF NOT EXISTS exports (arn TEXT PRIMARY KEY, token TEXT, at REAL, request TEXT, description TEXT)',
    );
    this.#rows = prepareStatements(options.journal);
  }

  async call(action: string, body: unknown): Promise<{ ExportDescription: ExportDescription }> {
    if (action === 'exportTableToPointInTime')
      return { ExportDescription: await this.#exportInTurn(readServiceRequest(Request, body)) };
    if (action === 'describeExport')
      return { ExportDescription: this.#describe(readServiceRequest(OneExport, body).ExportArn) };
    throw new AwsError('UnknownOperationException', `${action} is not there locally`, { status: 404 });
  }

  /** Runs one export after another, so that a concurrent request with the same token finds it. */
  #exportInTurn(request: Request): Promise<ExportDescription> {
    const mine = this.#last.catch(() => undefined).then(() => this.#exportOnce(request));
    this.#last = mine;
    return mine;
  }

  async #exportOnce(request: Request): Promise<ExportDescription> {
    const known = this.#rows.newest.get(request.ClientToken, this.#options.clock.now() - tokenMs);
    if (!known) return this.#exportTable(request);
    if (known.request !== JSON.stringify(request))
      throw new AwsError('ExportConflictException', 'the token was given with another request');
    return readDescription(known.description);
  }

  async #exportTable(request: Request): Promise<ExportDescription> {
    const { endpoint, tables, objects, clock } = this.#options;
    const { TableArn, S3Bucket, ClientToken } = request;
    const table = tables.find(({ arn }) => arn === TableArn);
    if (!table) throw new AwsError('TableNotFoundException', `no table ${TableArn}`);
    const now = clock.now();
    const ExportTime = new Date(now).toISOString();
    const ExportArn = `${TableArn}/export/${String(now).padStart(14, '0')}-${randomBytes(4).toString('hex')}`;
    const facts = { exportArn: ExportArn, tableArn: TableArn, s3Bucket: S3Bucket, exportTime: ExportTime };
    const packed = exportObjects(await packTable(endpoint, table.ref), facts);
    objects.put(S3Bucket, packed.objects);
    const description: ExportDescription = {
      ExportArn,
      ExportStatus: 'COMPLETED',
      ExportManifest: packed.manifest,
      TableArn,
      ExportTime,
      ClientToken,
      ItemCount: packed.itemCount,
    };
    this.#rows.insert.run(ExportArn, ClientToken, now, JSON.stringify(request), JSON.stringify(description));
    return description;
  }

  #describe(exportArn: string): ExportDescription {
    const found = this.#rows.find.get(exportArn);
    if (!found) throw new AwsError('ExportNotFoundException', `no export ${exportArn}`);
    return readDescription(found.description);
  }
}
