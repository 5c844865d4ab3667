import { Duration, Stack } from 'aws-cdk-lib';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import type { Env, UnfinishedSweepEnv } from '../../functions/order-intake/env.ts';
import type { ExchangeEnv } from '../../functions/order-intake/exchange/env.ts';
import type { SweepEnv } from '../../functions/order-intake/expiry/env.ts';
import type { ExportEnv } from '../../functions/order-intake/export/env.ts';
import type { ImportEnv } from '../../functions/order-intake/import/env.ts';
import type { StripeEnv } from '../../functions/order-intake/payments/env.ts';
import type { QueueEnv } from '../../functions/order-intake/queue/env.ts';
import type { RiskEnv } from '../../functions/order-intake/risk/env.ts';
import { channelsOf } from '../../shared/store.ts';
import { OrderPlaced } from '../../shared/contracts/orders/events.ts';
import { OrderShipped, PaymentRecorded } from '../../shared/contracts/orders/life-cycle-events.ts';
import { OrderImported } from '../../shared/contracts/orders/import-events.ts';
import { OrderExportRequested } from '../../shared/contracts/orders/export-events.ts';
import { ExchangeApproved } from '../../shared/contracts/refunds/events.ts';
import type { HttpApi } from '../constructs/http-api.ts';
import { QueueConsumer } from '../constructs/queue-consumer.ts';
import { ScheduledJob } from '../constructs/scheduled-job.ts';
import { WorkQueue } from '../constructs/work-queue.ts';
import { WorkflowFunction } from '../constructs/workflow-function.ts';
import type { DataStack } from '../stacks/data.ts';
import { store } from '../store.ts';

/** On the order table: what takes an order several transactions is marked with each, and the marks are removed. */
const inSteps = ['dynamodb:BatchGetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'] as const;

/** On the table of what is counted for risk. */
const counting = ['dynamodb:BatchGetItem', 'dynamodb:PutItem'] as const;

/** Orders over HTTP: an order and the stock it takes are one transaction. */
export function addOrderIntake(scope: Construct, { api, data }: { api: HttpApi; data: DataStack }): void {
  const workflow = new Construct(scope, 'OrderIntake');
  const { orderTable, stockTable, catalogTable, riskTable, identities, webhookSecret } = data;
  // The function knows a caller by the client id that the user pool gave it, not by its name in the settings.
  const channels = Object.fromEntries(
    Object.entries(channelsOf(store.clients)).map(([name, channel]) => [identities.clientIds[name], channel]),
  );
  const tables = {
    ORDER_TABLE_NAME: orderTable.name,
    STOCK_TABLE_NAME: stockTable.name,
    CATALOG_TABLE_NAME: catalogTable.name,
  };
  const selling = JSON.stringify(store.selling);
  const queued = new WorkQueue(workflow, 'Queued', {
    entry: 'order-intake/queued-orders.handler.ts',
    environment: { ...tables, SELLING: selling } satisfies QueueEnv,
    failureMeans: 'Orders that were accepted for later are not decided.',
    patience: Duration.minutes(5),
    timeout: Duration.minutes(1),
    // A standard queue: a FIFO queue gives at most 10 at a time, which is too few to write a stock item once for many.
    batchSize: 500,
    batchWindow: Duration.seconds(1),
    // More at a time would only wait for each other at the stock of a flash sale.
    maxConcurrency: 2,
  });
  const environment = { ...tables, CHANNELS: Stack.of(scope).toJsonString(channels), SELLING: selling };
  const handler = new WorkflowFunction(workflow, 'Api', {
    entry: 'order-intake/api.handler.ts',
    environment: {
      ...environment,
      RISK_TABLE_NAME: riskTable.name,
      RISK: JSON.stringify(store.risk),
      WEBHOOK_SECRET_ARN: webhookSecret.arn,
      ORDER_QUEUE_URL: queued.queue.queueUrl,
    } satisfies Env,
    failureMeans: 'Buyers cannot order.',
  });
  // The one workflow that writes another's table: an order and the stock it takes are one transaction.
  orderTable.grant(handler, ...inSteps, 'dynamodb:Query');
  orderTable.grantIndexQuery(handler, 'byCustomer', 'byStatus', 'byDay', 'byDue');
  // A shipment also puts its row into the ledger of movements.
  stockTable.grant(handler, 'dynamodb:BatchGetItem', 'dynamodb:UpdateItem', 'dynamodb:PutItem');
  catalogTable.grant(handler, 'dynamodb:BatchGetItem');
  riskTable.grant(handler, ...counting);
  webhookSecret.grantRead(handler);
  queued.grantSend(handler);
  orderTable.grant(queued.function, ...inSteps, 'dynamodb:ConditionCheckItem');
  // Whoever would refuse for want of stock ends the holds that are over first.
  orderTable.grantIndexQuery(queued.function, 'byDue');
  stockTable.grant(queued.function, 'dynamodb:BatchGetItem', 'dynamodb:UpdateItem');
  catalogTable.grant(queued.function, 'dynamodb:BatchGetItem');
  api.serve('order-intake', handler);

  const everyMinute = {
    timeout: Duration.minutes(1),
    runsFor: 'sweep',
    schedule: 'rate(1 minute)',
    timeZone: store.selling.timeZone,
  } as const;
  const sweepEnvironment = {
    ORDER_TABLE_NAME: orderTable.name,
    STOCK_TABLE_NAME: stockTable.name,
    TIME_ZONE: store.selling.timeZone,
  } satisfies SweepEnv;
  const unfinishedSweep = new ScheduledJob(workflow, 'UnfinishedSweep', {
    entry: 'order-intake/unfinished-sweep.handler.ts',
    environment: { ...sweepEnvironment, ORDER_QUEUE_URL: queued.queue.queueUrl } satisfies UnfinishedSweepEnv,
    failureMeans:
      'Stock of large orders that were abandoned, cancelled or shipped is held for nobody; orders that were accepted for later may be forgotten.',
    ...everyMinute,
  });
  orderTable.grant(unfinishedSweep.function, ...inSteps);
  orderTable.grantIndexQuery(unfinishedSweep.function, 'byStatus');
  stockTable.grant(unfinishedSweep.function, 'dynamodb:UpdateItem', 'dynamodb:PutItem');
  queued.grantSend(unfinishedSweep.function);
  const sweep = new ScheduledJob(workflow, 'Sweep', {
    entry: 'order-intake/expiry/sweep.handler.ts',
    environment: sweepEnvironment,
    failureMeans: 'Stock of unpaid orders is not sold to others, and delivered orders are not completed.',
    ...everyMinute,
  });
  orderTable.grant(sweep.function, ...inSteps);
  orderTable.grantIndexQuery(sweep.function, 'byDue');
  stockTable.grant(sweep.function, 'dynamodb:UpdateItem');
  addStripe(workflow, api, data, sweepEnvironment);
  addRisk(workflow, data, sweepEnvironment);
  addImport(workflow, data, environment.CHANNELS);
  addExport(workflow, data, environment);
  addExchange(workflow, data, environment);
}

/** Stripe's own webhooks, which do what a payment provider's signed ones do. */
function addStripe(
  workflow: Construct,
  api: HttpApi,
  { orderTable, stockTable, paymentProviders }: DataStack,
  environment: SweepEnv,
): void {
  const handler = new WorkflowFunction(workflow, 'StripeWebhook', {
    entry: 'order-intake/payments/stripe-webhook.handler.ts',
    environment: { ...environment, PAYMENT_PROVIDERS_SECRET_ARN: paymentProviders.arn } satisfies StripeEnv,
    failureMeans: 'Stripe tells of payments, refunds and disputes, and is not heard.',
  });
  orderTable.grant(handler, ...inSteps);
  // An order that is over when its payment comes gives its stock back first.
  stockTable.grant(handler, 'dynamodb:UpdateItem');
  paymentProviders.grantRead(handler);
  api.serve('stripe-webhook', handler);
}

/** Placing waits for no assessment: it follows the events, or is made up for before an order is allocated or shipped. */
function addRisk(workflow: Construct, { bus, orderTable, riskTable }: DataStack, environment: SweepEnv): void {
  const { function: risk } = new QueueConsumer(workflow, 'Risk', {
    bus,
    event: {
      pattern: {
        source: [OrderPlaced.source],
        detailType: [OrderPlaced, OrderImported, PaymentRecorded, OrderShipped].map(({ detailType }) => detailType),
      },
    },
    entry: 'order-intake/risk/risk.handler.ts',
    environment: {
      ...environment,
      RISK_TABLE_NAME: riskTable.name,
      RISK: JSON.stringify(store.risk),
    } satisfies RiskEnv,
    failureMeans: 'Risky orders are held late: when they are allocated or shipped, and not before they are paid.',
    // Orders of a batch are counted together.
    batchSize: 100,
    batchWindow: Duration.seconds(5),
    // It is in no hurry: a burst of orders is assessed behind the burst.
    maxConcurrency: 2,
  });
  orderTable.grant(risk, 'dynamodb:BatchGetItem', 'dynamodb:UpdateItem', 'dynamodb:PutItem');
  riskTable.grant(risk, ...counting);
}

/** Files of historical orders, dropped into the bucket of order files. */
function addImport(workflow: Construct, { orderTable, orderFiles }: DataStack, channels: string): void {
  const { function: importer } = new QueueConsumer(workflow, 'OrderFileDropped', {
    bus: EventBus.fromEventBusName(workflow, 'DefaultBus', 'default'),
    event: {
      pattern: {
        source: ['aws.s3'],
        detailType: ['Object Created'],
        detail: { bucket: { name: [orderFiles.bucketName] }, object: { key: [{ wildcard: 'imports/*.csv' }] } },
      },
    },
    entry: 'order-intake/import/order-file-uploaded.handler.ts',
    environment: {
      ORDER_TABLE_NAME: orderTable.name,
      ORDER_FILES_BUCKET_NAME: orderFiles.bucketName,
      CHANNELS: channels,
      SELLING: JSON.stringify(store.selling),
    } satisfies ImportEnv,
    failureMeans: 'A file of historical orders has no result: it is not imported, or in part.',
    timeout: Duration.minutes(15),
    patience: Duration.hours(2),
    batchSize: 1,
    maxConcurrency: 2,
  });
  orderTable.grant(importer, 'dynamodb:PutItem', 'dynamodb:GetItem');
  orderFiles.grantList(importer.role);
  orderFiles.grantObjects(importer.role, 'imports/*', 's3:GetObject');
  orderFiles.grantObjects(importer.role, 'results/*', 's3:GetObject', 's3:PutObject');
}

/** Orders as a file, asked for over HTTP. */
function addExport(
  workflow: Construct,
  { bus, orderTable, orderFiles }: DataStack,
  environment: Omit<ExportEnv, 'ORDER_FILES_BUCKET_NAME'>,
): void {
  const { function: exporter } = new QueueConsumer(workflow, 'OrderExport', {
    bus,
    event: OrderExportRequested,
    entry: 'order-intake/order-export.handler.ts',
    environment: { ...environment, ORDER_FILES_BUCKET_NAME: orderFiles.bucketName } satisfies ExportEnv,
    failureMeans: 'A file of orders that somebody asked for does not come.',
    timeout: Duration.minutes(15),
    patience: Duration.hours(2),
    batchSize: 1,
    maxConcurrency: 2,
  });
  orderTable.grant(exporter, 'dynamodb:BatchGetItem', 'dynamodb:UpdateItem');
  orderTable.grantIndexQuery(exporter, 'byDay');
  orderFiles.grantObjects(exporter.role, 'exports/*', 's3:PutObject');
}

/** Orders that replace returned goods. */
function addExchange(
  workflow: Construct,
  { bus, orderTable, stockTable, catalogTable }: DataStack,
  environment: ExchangeEnv,
): void {
  const { function: exchange } = new QueueConsumer(workflow, 'Exchange', {
    bus,
    event: ExchangeApproved,
    entry: 'order-intake/exchange/exchange.handler.ts',
    environment,
    failureMeans: 'Customers who exchange goods wait for their new order.',
  });
  orderTable.grant(exchange, ...inSteps);
  orderTable.grantIndexQuery(exchange, 'byDue');
  stockTable.grant(exchange, 'dynamodb:BatchGetItem', 'dynamodb:UpdateItem');
  catalogTable.grant(exchange, 'dynamodb:BatchGetItem');
}
