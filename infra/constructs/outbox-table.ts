import { Validations } from 'aws-cdk-lib';
import { StreamViewType } from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IRole } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { StateTable, type TableProps } from './state-table.ts';

/** A workflow's own table: its state, and beside it the events that its stream gives to the relay. */
export class OutboxTable extends StateTable {
  readonly streamArn: string;

  constructor(scope: Construct, id: string, props: TableProps & { streamsOldImages?: boolean } = {}) {
    const stream = props.streamsOldImages ? StreamViewType.NEW_AND_OLD_IMAGES : StreamViewType.NEW_IMAGE;
    super(scope, id, { ...props, stream });
    this.streamArn = this.table.tableStreamArn as string;
  }

  /**
   * Allows to read the stream. Actions and resource as in the DynamoDB guide, "IAM policy to allow an AWS Lambda
   * function to access DynamoDB stream records".
   */
  grantStream(role: IRole) {
    const actions = ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'];
    Grant.addToPrincipal({
      grantee: role,
      actions: actions.map((action) => `dynamodb:${action}`),
      resourceArns: [`${this.arn}/stream/*`],
    });
    Validations.of(role).acknowledge({
      id: `AwsSolutions-IAM5[Resource::${this.arnExport}/stream/*]`,
      reason: 'Listing streams is not a permission on one stream. These are the streams of this table only.',
    });
  }
}
