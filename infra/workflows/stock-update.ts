import { Construct } from 'constructs';
import type { Env } from '../../functions/stock-update/env.ts';
import type { HttpApi } from '../constructs/http-api.ts';
import { WorkflowFunction } from '../constructs/workflow-function.ts';
import type { DataStack } from '../stacks/data.ts';
import { store } from '../store.ts';

/** Stock movements and levels over HTTP. */
export function addStockUpdate(scope: Construct, { api, data }: { api: HttpApi; data: DataStack }): void {
  const workflow = new Construct(scope, 'StockUpdate');
  const handler = new WorkflowFunction(workflow, 'Api', {
    entry: 'stock-update/api.handler.ts',
    environment: {
      STOCK_TABLE_NAME: data.stockTable.name,
      CATALOG_TABLE_NAME: data.catalogTable.name,
      TIME_ZONE: store.selling.timeZone,
    } satisfies Env,
    failureMeans: 'Warehouses cannot book stock, and storefronts show figures that are out of date.',
  });
  data.stockTable.grant(
    handler,
    ...(['BatchGetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query'] as const).map(
      (action) => `dynamodb:${action}` as const,
    ),
  );
  data.catalogTable.grant(handler, 'dynamodb:BatchGetItem');
  api.serve('stock-update', handler);
}
