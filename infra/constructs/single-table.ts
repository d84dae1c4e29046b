import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  ProjectionType,
  StreamViewType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { type Settings } from '../environments.ts';
import { type FunctionsNeeding } from '../functions/function-table.ts';
import { type NodeFunction } from './node-function.ts';

/** What `lib/aws/table/dynamo-table.ts` calls. A transaction asks for the actions of its parts. */
type Action =
  | 'GetItem'
  | 'BatchGetItem'
  | 'Query'
  | 'PutItem'
  | 'UpdateItem'
  | 'DeleteItem'
  | 'ConditionCheckItem'
  | 'BatchWriteItem';

type Index = 'byList' | 'byDue';

/**
 * The one table: on demand, so that idle costs nothing, back to any second of the last 35 days. Both indexes project keys only: they
 * say who, the items say what.
 */
export class SingleTable extends Construct {
  readonly table: Table;

  constructor(scope: Construct, id: string, { keepsData }: Settings) {
    super(scope, id);
    this.table = new Table(this, 'Table', {
      tableName: Stack.of(this).stackName,
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      encryption: TableEncryption.DEFAULT,
      stream: StreamViewType.NEW_AND_OLD_IMAGES,
      timeToLiveAttribute: 'ttl',
      deletionProtection: keepsData,
      removalPolicy: keepsData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    this.table.addGlobalSecondaryIndex({
      indexName: 'byList',
      partitionKey: { name: 'listPk', type: AttributeType.STRING },
      sortKey: { name: 'listSk', type: AttributeType.STRING },
      projectionType: ProjectionType.KEYS_ONLY,
    });
    this.table.addGlobalSecondaryIndex({
      indexName: 'byDue',
      partitionKey: { name: 'duePk', type: AttributeType.STRING },
      sortKey: { name: 'dueAt', type: AttributeType.STRING },
      projectionType: ProjectionType.KEYS_ONLY,
    });
    this.#pinCollections();
  }

  /** Lets the function do this much with the table, and this much with its indexes, and tells it the table's name. */
  grant(fn: NodeFunction<FunctionsNeeding<'TABLE_NAME'>>, actions: Action[], indexes: Index[] = []): void {
    const allow = (names: string[], resources: string[]): void => {
      fn.addToRolePolicy(new PolicyStatement({ actions: names.map((name) => `dynamodb:${name}`), resources }));
    };
    allow(actions, [this.table.tableArn]);
    if (indexes.length > 0)
      allow(
        ['Query'],
        indexes.map((index) => `${this.table.tableArn}/index/${index}`),
      );
    fn.give('TABLE_NAME', this.table.tableName);
  }

  /**
   * A local index that nobody writes. A table that has one never splits the items of one partition key over two partitions, so all
   * records of a customer come down one shard of the stream in the order they were written, which exact folding needs. The price is
   * DynamoDB's limit of 10 GB for one customer. It can only be made together with the table.
   */
  #pinCollections(): void {
    this.table.addLocalSecondaryIndex({
      indexName: 'pinned',
      sortKey: { name: 'pinnedSk', type: AttributeType.STRING },
      projectionType: ProjectionType.KEYS_ONLY,
    });
  }
}
