import { CfnElement, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Construct, type IConstruct } from 'constructs';
import { type Settings } from '../environments.ts';
import { type FunctionsNeeding } from '../functions/function-table.ts';
import { suppressNag } from './suppress-nag.ts';
import { type NodeFunction } from './node-function.ts';
import { type SingleTable } from './single-table.ts';

/** Prefix that DynamoDB gives to an export without one. */
const folder = 'AWSDynamoDB';

/** The ARN of a resource and what is below it, as cdk-nag names them. */
function below(resource: IConstruct, path: string): string {
  const { defaultChild } = resource.node;
  const id = CfnElement.isCfnElement(defaultChild) ? Stack.of(resource).getLogicalId(defaultChild) : '';
  return `AwsSolutions-IAM5[Resource::<${id}.Arn>${path}]`;
}

/**
 * The bucket of table exports, which hold all customer data. They expire after one day, S3's
 * minimum; S3 may take another to delete them. A stack that keeps no data can be deleted when they
 * are gone, or after emptying the bucket by hand.
 */
export class TableExports extends Construct {
  readonly bucket: Bucket;
  readonly #table: SingleTable;

  constructor(scope: Construct, id: string, { table, settings }: { table: SingleTable; settings: Settings }) {
    super(scope, id);
    this.#table = table;
    this.bucket = new Bucket(this, 'Bucket', {
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      lifecycleRules: [{ expiration: Duration.days(1), abortIncompleteMultipartUploadAfter: Duration.days(1) }],
      removalPolicy: settings.keepsData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    suppressNag(this.bucket, {
      'AwsSolutions-S1': 'one function reads what lies here for a day; a log of that would outlive it',
    });
  }

  /**
   * Lets a role export the table to the bucket and read the export's status. The actions are
   * DynamoDB's documented list.
   */
  grantExport(role: Role): void {
    const { tableArn } = this.#table.table;
    const allow = (actions: string[], resource: string): void => {
      role.addToPolicy(new PolicyStatement({ actions, resources: [resource] }));
    };
    allow(['dynamodb:ExportTableToPointInTime'], tableArn);
    allow(['dynamodb:DescribeExport'], `${tableArn}/export/*`);
    allow(['s3:PutObject', 's3:PutObjectAcl', 's3:AbortMultipartUpload'], this.bucket.arnForObjects(`${folder}/*`));
    suppressNag(role, {
      [below(this.#table.table, '/export/*')]: 'an export has its name when it is made',
      [below(this.bucket, `/${folder}/*`)]: 'so have its files',
    });
  }

  /** Lets a function read exports, and sets the variable of the bucket. */
  grantRead(fn: NodeFunction<FunctionsNeeding<'EXPORT_BUCKET'>>): void {
    const resources = [this.bucket.arnForObjects(`${folder}/*`)];
    fn.addToRolePolicy(new PolicyStatement({ actions: ['s3:GetObject'], resources }));
    fn.give('EXPORT_BUCKET', this.bucket.bucketName);
    if (fn.role)
      suppressNag(fn.role, { [below(this.bucket, `/${folder}/*`)]: 'files have their names when they are made' });
  }
}
