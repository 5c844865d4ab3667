import { Duration, Stack } from 'aws-cdk-lib';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import type { Env, ExportEnv, ImportEnv } from '../../functions/order-intake/env.ts';
import { channelsOf } from '../../shared/store.ts';
import { OrderExportRequested } from '../../shared/events/order-export.ts';
import type { HttpApi } from '../constructs/http-api.ts';
import { QueueConsumer } from '../constructs/queue-consumer.ts';
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
  const environment = {
    ORDER_TABLE_NAME: orderTable.name,
    STOCK_TABLE_NAME: stockTable.name,
    CATALOG_TABLE_NAME: catalogTable.name,
    CHANNELS: Stack.of(scope).toJsonString(channels),
    SELLING: JSON.stringify(store.selling),
  } satisfies Env;
  const handler = new WorkflowFunction(workflow, 'Api', {
    entry: 'order-intake/api.handler.ts',
    environment,
    failureMeans: 'Buyers cannot order.',
  });
  // The one workflow that writes another's table: an order and the stock it takes are one transaction.
  orderTable.grant(handler, 'dynamodb:BatchGetItem', 'dynamodb:PutItem', 'dynamodb:Query');
  orderTable.grantIndexQuery(handler, 'byCustomer', 'byStatus', 'byDay');
  stockTable.grant(handler, 'dynamodb:BatchGetItem', 'dynamodb:UpdateItem');
  catalogTable.grant(handler, 'dynamodb:BatchGetItem');
  api.serve('order-intake', handler);
  addImport(workflow, data, environment.CHANNELS);
  addExport(workflow, data, environment);
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
    entry: 'order-intake/order-file-dropped.handler.ts',
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
function addExport(workflow: Construct, { bus, orderTable, orderFiles }: DataStack, environment: Env): void {
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
