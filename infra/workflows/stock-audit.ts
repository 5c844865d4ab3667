import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Env, RunEnv } from '../../functions/stock-audit/env.ts';
import { StockAuditRequested } from '../../shared/contracts/stock-audit/events.ts';
import { statusIndex } from '../../shared/orders/order-keys.ts';
import { auditFiles } from '../../shared/stock/audit-keys.ts';
import { allStock } from '../../shared/stock/stock-item.ts';
import type { HttpApi } from '../constructs/http-api.ts';
import { QueueConsumer } from '../constructs/queue-consumer.ts';
import { ScheduledJob } from '../constructs/scheduled-job.ts';
import { WorkflowFunction } from '../constructs/workflow-function.ts';
import type { DataStack } from '../stacks/data.ts';
import { store } from '../store.ts';

/** Counters of all stock against ledger and open orders: by the clock, or asked for over HTTP. */
export function addStockAudit(scope: Construct, { api, data }: { api: HttpApi; data: DataStack }): void {
  const workflow = new Construct(scope, 'StockAudit');
  const { stockAuditTable, stockTable, orderTable, bus, reports } = data;
  const environment = { STOCK_AUDIT_TABLE_NAME: stockAuditTable.name } satisfies Env;
  const handler = new WorkflowFunction(workflow, 'Api', {
    entry: 'stock-audit/api.handler.ts',
    environment,
    failureMeans: 'Warehouses cannot have their stock checked.',
  });
  api.serve('stock-audit', handler);
  const nightly = new ScheduledJob(workflow, 'Nightly', {
    entry: 'stock-audit/nightly.handler.ts',
    environment,
    failureMeans: 'Stock is not checked tonight.',
    runsFor: 'day',
    schedule: 'cron(30 3 * * ? *)',
    timeZone: store.selling.timeZone,
  });
  const run = new QueueConsumer(workflow, 'Run', {
    bus,
    event: StockAuditRequested,
    entry: 'stock-audit/run.handler.ts',
    environment: {
      ...environment,
      STOCK_TABLE_NAME: stockTable.name,
      ORDER_TABLE_NAME: orderTable.name,
      REPORTS_BUCKET_NAME: reports.bucketName,
    } satisfies RunEnv,
    failureMeans: 'Nobody sees whether stock is right.',
    timeout: Duration.minutes(15),
    patience: Duration.hours(2),
    batchSize: 1,
    maxConcurrency: 2,
  });
  stockAuditTable.grant(handler, 'dynamodb:BatchGetItem', 'dynamodb:PutItem');
  stockAuditTable.grant(nightly.function, 'dynamodb:PutItem');
  stockAuditTable.grant(run.function, 'dynamodb:BatchGetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem');
  stockTable.grant(run.function, 'dynamodb:BatchGetItem', 'dynamodb:Query');
  stockTable.grantIndexQuery(run.function, allStock.name);
  orderTable.grant(run.function, 'dynamodb:BatchGetItem');
  orderTable.grantIndexQuery(run.function, statusIndex.name);
  reports.grantObjects(run.function.role, auditFiles, 's3:PutObject');
}
