import { Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Env } from '../../functions/order-intake/env.ts';
import { channelsOf } from '../../shared/store.ts';
import type { HttpApi } from '../constructs/http-api.ts';
import { WorkflowFunction } from '../constructs/workflow-function.ts';
import type { DataStack } from '../stacks/data.ts';
import { store } from '../store.ts';

/** Orders over HTTP: an order and the stock it takes are one transaction. */
export function addOrderIntake(scope: Construct, { api, data }: { api: HttpApi; data: DataStack }): void {
  const workflow = new Construct(scope, 'OrderIntake');
  const { orderTable, stockTable, catalogTable, identities } = data;
  // The function knows a caller by the client id that the user pool gave it, not by its name in the settings.
  const channels = Object.fromEntries(
    Object.entries(channelsOf(store.clients)).map(([name, channel]) => [identities.clientIds[name], channel]),
  );
  const handler = new WorkflowFunction(workflow, 'Api', {
    entry: 'order-intake/api.handler.ts',
    environment: {
      ORDER_TABLE_NAME: orderTable.name,
      STOCK_TABLE_NAME: stockTable.name,
      CATALOG_TABLE_NAME: catalogTable.name,
      CHANNELS: Stack.of(scope).toJsonString(channels),
      SELLING: JSON.stringify(store.selling),
    } satisfies Env,
    failureMeans: 'Buyers cannot order.',
  });
  // The one workflow that writes another's table: an order and the stock it takes are one transaction.
  orderTable.grant(handler, 'dynamodb:BatchGetItem', 'dynamodb:PutItem', 'dynamodb:Query');
  orderTable.grantIndexQuery(handler, 'byCustomer', 'byStatus', 'byDay');
  stockTable.grant(handler, 'dynamodb:BatchGetItem', 'dynamodb:UpdateItem');
  catalogTable.grant(handler, 'dynamodb:BatchGetItem');
  api.serve('order-intake', handler);
}
