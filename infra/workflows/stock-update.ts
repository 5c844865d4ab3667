import { Duration } from 'aws-cdk-lib';
import { EventBus } from 'aws-cdk-lib/aws-events';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { AlertEnv, IdleEnv } from '../../functions/stock-update/alerts/env.ts';
import type { Env } from '../../functions/stock-update/env.ts';
import type { FileEnv } from '../../functions/stock-update/file-import/env.ts';
import type { ShipmentEnv } from '../../functions/stock-update/lots/env.ts';
import type { MessageEnv } from '../../functions/stock-update/movements/env.ts';
import type { RepairEnv } from '../../functions/stock-update/repair/env.ts';
import type { StoreEnv } from '../../functions/stock-update/stock/env.ts';
import { ReturnReceived } from '../../shared/contracts/refunds/events.ts';
import { StockMoved } from '../../shared/contracts/stock/events.ts';
import { StockRepairRequested } from '../../shared/contracts/stock/repair-events.ts';
import { statusIndex } from '../../shared/orders/order-keys.ts';
import { auditFiles } from '../../shared/stock/audit-keys.ts';
import { allStock } from '../../shared/stock/stock-item.ts';
import type { HttpApi } from '../constructs/http-api.ts';
import { InputQueue } from '../constructs/input-queue.ts';
import { ItemStream } from '../constructs/item-stream.ts';
import { QueueConsumer } from '../constructs/queue-consumer.ts';
import { ScheduledJob } from '../constructs/scheduled-job.ts';
import { addOutput } from '../constructs/stack-output.ts';
import { WorkflowFunction } from '../constructs/workflow-function.ts';
import type { DataStack } from '../stacks/data.ts';
import { store } from '../store.ts';

/** Stock movements over HTTP, by queue message and by file, and levels over HTTP. */
export function addStockUpdate(scope: Construct, { api, data }: { api: HttpApi; data: DataStack }): void {
  const workflow = new Construct(scope, 'StockUpdate');
  const { stockTable, catalogTable, stockInbox, stockAuditTable } = data;
  const environment = {
    STOCK_TABLE_NAME: stockTable.name,
    CATALOG_TABLE_NAME: catalogTable.name,
  } satisfies StoreEnv;
  const grantMovements = (grantee: IGrantable) => {
    // What moved since a count is looked up in the ledger.
    const actions = ['BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'] as const;
    stockTable.grant(grantee, ...actions.map((action) => `dynamodb:${action}` as const));
    catalogTable.grant(grantee, 'dynamodb:BatchGetItem');
  };

  const handler = new WorkflowFunction(workflow, 'Api', {
    entry: 'stock-update/api.handler.ts',
    environment: {
      ...environment,
      STOCK_AUDIT_TABLE_NAME: stockAuditTable.name,
      TIME_ZONE: store.selling.timeZone,
    } satisfies Env,
    failureMeans: 'Warehouses cannot book stock, and storefronts show figures that are out of date.',
  });
  grantMovements(handler);
  stockAuditTable.grant(handler, 'dynamodb:BatchGetItem');
  api.serve('stock-update', handler);

  const messages = new InputQueue(workflow, 'Messages', {
    entry: 'stock-update/movements/movement-message.handler.ts',
    environment,
    failureMeans: 'Movements that other systems sent are not booked: the shop shows too little or too much.',
    exportName: 'StockMovementsQueueUrl',
    timeout: Duration.minutes(1),
    maxConcurrency: 10,
    // Ten, as everywhere, and the three by which a message waits for what it has overtaken.
    attempts: 13,
  });
  // Read by infra/local-credentials.ts.
  addOutput(scope, 'StockMovementsQueueName', messages.queue.queueName);
  const queueUrl: keyof MessageEnv = 'MOVEMENT_QUEUE_URL';
  messages.function.addEnvironment(queueUrl, messages.queue.queueUrl);
  grantMovements(messages.function);

  const returned = new QueueConsumer(workflow, 'Returned', {
    bus: data.bus,
    event: ReturnReceived,
    entry: 'stock-update/returns/return-received.handler.ts',
    environment,
    failureMeans: 'Goods that customers sent back are in the warehouse and not in the books: nobody can buy them.',
    maxConcurrency: 5,
  });
  grantMovements(returned.function);

  const files = new QueueConsumer(workflow, 'FileDropped', {
    bus: EventBus.fromEventBusName(workflow, 'DefaultBus', 'default'),
    event: {
      pattern: {
        source: ['aws.s3'],
        detailType: ['Object Created'],
        detail: { bucket: { name: [stockInbox.bucketName] }, object: { key: [{ wildcard: 'movements/*.csv' }] } },
      },
    },
    entry: 'stock-update/file-import/file-uploaded.handler.ts',
    environment: { ...environment, INBOX_BUCKET_NAME: stockInbox.bucketName } satisfies FileEnv,
    failureMeans: 'A file of movements has no result: it is not booked, or in part.',
    timeout: Duration.minutes(15),
    patience: Duration.hours(2),
    batchSize: 1,
    maxConcurrency: 2,
  });
  grantMovements(files.function);
  stockInbox.grantList(files.function.role);
  stockInbox.grantObjects(files.function.role, 'movements/*', 's3:GetObject');
  stockInbox.grantObjects(files.function.role, 'results/*', 's3:GetObject', 's3:PutObject');

  const alerts = new ItemStream(workflow, 'Alerts', {
    table: stockTable,
    filter: { eventName: ['INSERT', 'MODIFY'], dynamodb: { Keys: { sk: { S: ['STOCK'] } } } },
    entry: 'stock-update/alerts/stock-changed.handler.ts',
    environment: { STOCK_TABLE_NAME: stockTable.name } satisfies AlertEnv,
    failureMeans: 'Buyers are not told that a product runs out or is back.',
  });
  stockTable.grant(alerts.function, 'dynamodb:PutItem', 'dynamodb:ConditionCheckItem');

  const idle = new ScheduledJob(workflow, 'IdleStock', {
    entry: 'stock-update/alerts/idle-stock.handler.ts',
    environment: {
      STOCK_TABLE_NAME: stockTable.name,
      IDLE_LEVELS: JSON.stringify(store.idleStock),
    } satisfies IdleEnv,
    failureMeans: 'Buyers are not told of products that do not sell.',
    runsFor: 'day',
    schedule: 'cron(0 4 * * ? *)',
    timeZone: store.selling.timeZone,
    timeout: Duration.minutes(15),
  });
  stockTable.grant(idle.function, 'dynamodb:BatchGetItem', 'dynamodb:PutItem', 'dynamodb:ConditionCheckItem');
  stockTable.grantIndexQuery(idle.function, allStock.name);
  addLots(workflow, data);
  addRepairs(workflow, data);
}

/** Lots follow what orders ship. */
function addLots(workflow: Construct, { bus, stockTable }: DataStack): void {
  const shipments = new QueueConsumer(workflow, 'Shipments', {
    bus,
    event: { pattern: { ...StockMoved.pattern, detail: { data: { type: ['shipment'] } } } },
    entry: 'stock-update/lots/shipment.handler.ts',
    environment: { STOCK_TABLE_NAME: stockTable.name, TIME_ZONE: store.selling.timeZone } satisfies ShipmentEnv,
    failureMeans: 'Lots seem to have what was shipped: suggestions lead the warehouse to empty places.',
    maxConcurrency: 5,
  });
  const actions = ['BatchGetItem', 'Query', 'PutItem', 'DeleteItem'] as const;
  stockTable.grant(shipments.function, ...actions.map((action) => `dynamodb:${action}` as const));
}

/** What audits found wrong is set right, on command. */
function addRepairs(workflow: Construct, { bus, stockTable, stockAuditTable, orderTable, reports }: DataStack): void {
  const repair = new QueueConsumer(workflow, 'Repair', {
    bus,
    event: StockRepairRequested,
    entry: 'stock-update/repair/repair.handler.ts',
    environment: {
      STOCK_TABLE_NAME: stockTable.name,
      STOCK_AUDIT_TABLE_NAME: stockAuditTable.name,
      ORDER_TABLE_NAME: orderTable.name,
      REPORTS_BUCKET_NAME: reports.bucketName,
    } satisfies RepairEnv,
    failureMeans: 'Counters of stock stay wrong that somebody asked to set right.',
    timeout: Duration.minutes(15),
    patience: Duration.hours(2),
    batchSize: 1,
    maxConcurrency: 2,
  });
  const actions = ['BatchGetItem', 'Query', 'PutItem', 'UpdateItem'] as const;
  stockTable.grant(repair.function, ...actions.map((action) => `dynamodb:${action}` as const));
  orderTable.grant(repair.function, 'dynamodb:BatchGetItem');
  orderTable.grantIndexQuery(repair.function, statusIndex.name);
  reports.grantObjects(repair.function.role, auditFiles, 's3:GetObject', 's3:PutObject');
}
