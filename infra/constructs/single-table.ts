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

/**
 * Actions that `lib/aws/table/dynamo-table.ts` uses. A transaction needs the actions of its parts.
 */
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
 * The one table: on demand, so that idle costs nothing, with point-in-time recovery for 35 days.
 * Both indexes project keys only; readers fetch the items.
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

  /** Grants actions on the table and queries of its indexes, and sets the variable of its name. */
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
   * A local index without entries. With one, DynamoDB never splits the items of a partition key, so
   * all records of a customer come down one shard in order, which exact folding needs. Costs a
   * limit of 10 GB a customer, and can only be created with the table.
   */
  #pinCollections(): void {
    this.table.addLocalSecondaryIndex({
      indexName: 'pinned',
      sortKey: { name: 'pinnedSk', type: AttributeType.STRING },
      projectionType: ProjectionType.KEYS_ONLY,
    });
  }
}
