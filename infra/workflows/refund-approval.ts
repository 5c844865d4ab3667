import { Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Env } from '../../functions/refund-approval/env.ts';
import { channelsOf } from '../../shared/store.ts';
import type { HttpApi } from '../constructs/http-api.ts';
import { WorkflowFunction } from '../constructs/workflow-function.ts';
import type { DataStack } from '../stacks/data.ts';
import { store } from '../store.ts';

/** Refunds: asked for, decided, paid out. */
export function addRefundApproval(scope: Construct, { api, data }: { api: HttpApi; data: DataStack }): void {
  const workflow = new Construct(scope, 'RefundApproval');
  const { refundTable, orderTable, identities } = data;
  const byClientId = <T>(byName: Record<string, T>) =>
    Stack.of(scope).toJsonString(
      Object.fromEntries(Object.entries(byName).map(([name, value]) => [identities.clientIds[name], value])),
    );
  const tables = { REFUND_TABLE_NAME: refundTable.name, ORDER_TABLE_NAME: orderTable.name };
  const handler = new WorkflowFunction(workflow, 'Api', {
    entry: 'refund-approval/api.handler.ts',
    environment: {
      ...tables,
      CHANNELS: byClientId(channelsOf(store.clients)),
      DEPARTMENTS: byClientId(Object.fromEntries(Object.keys(store.clients).map((name) => [name, name]))),
      RETURN_ADDRESSES: JSON.stringify(store.returnAddresses),
    } satisfies Env,
    failureMeans: 'Nobody can ask for or decide on refunds.',
  });
  refundTable.grant(handler, 'dynamodb:BatchGetItem', 'dynamodb:PutItem', 'dynamodb:Query');
  refundTable.grantIndexQuery(handler, 'byStatus', 'byOrder');
  orderTable.grant(handler, 'dynamodb:BatchGetItem', 'dynamodb:ConditionCheckItem');
  api.serve('refund-approval', handler);
}
