import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { tellSomebody } from '../constructs/alarm-topic.ts';
import type { HttpApi } from '../constructs/http-api.ts';
import { addRefundApproval } from '../workflows/refund-approval.ts';
import type { DataStack } from './data.ts';

/** Refunds, apart from the other workflows because a stack holds no more than 500 resources. */
export class RefundsStack extends Stack {
  constructor(scope: Construct, id: string, { data, api, ...props }: StackProps & { data: DataStack; api: HttpApi }) {
    super(scope, id, props);
    addRefundApproval(this, { api, data });
    tellSomebody(this);
  }
}
