import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { HttpApi } from '../constructs/http-api.ts';
import { addRefundApproval } from '../workflows/refund-approval.ts';
import type { DataStack } from './data.ts';

/** Refunds, apart from the other workflows: CloudFormation takes 500 resources in a stack. Nothing in here holds data. */
export class RefundsStack extends Stack {
  constructor(scope: Construct, id: string, { api, data, ...props }: StackProps & { api: HttpApi; data: DataStack }) {
    super(scope, id, props);
    addRefundApproval(this, { api, data });
    data.alarmTopic.tellOf(this);
  }
}
