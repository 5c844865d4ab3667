import { Duration, Stack } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import type { DeliverEnv, FanOutEnv } from '../../functions/channel-webhooks/deliveries/env.ts';
import type { ApiEnv } from '../../functions/channel-webhooks/env.ts';
import { channelsOf } from '../../shared/store.ts';
import { DeliveryQueue } from '../constructs/delivery-queue.ts';
import type { HttpApi } from '../constructs/http-api.ts';
import { QueueConsumer } from '../constructs/queue-consumer.ts';
import { WorkflowFunction } from '../constructs/workflow-function.ts';
import type { DataStack } from '../stacks/data.ts';
import { store } from '../store.ts';

/** Order events to the channels' own endpoints. Not by an API destination, which cannot sign a body. */
export function addChannelWebhooks(scope: Construct, { api, data }: { api: HttpApi; data: DataStack }): void {
  const workflow = new Construct(scope, 'ChannelWebhooks');
  const { webhookTable, orderTable, identities, bus } = data;
  const failureMeans = 'Channels are not told of their orders and may show customers an old state.';
  const deliveries = new DeliveryQueue(workflow, 'Deliveries', { workflow: 'channel-webhooks', failureMeans });
  const environment = {
    WEBHOOK_TABLE_NAME: webhookTable.name,
    ORDER_TABLE_NAME: orderTable.name,
    DELIVERY_QUEUE_URL: deliveries.queue.queueUrl,
  } satisfies FanOutEnv;

  const { function: fanOut } = new QueueConsumer(workflow, 'OrderEvent', {
    bus,
    event: {
      pattern: {
        source: ['storeworks.order-intake'],
        // Years of history are no news to the channel that has them.
        detailType: Match.anythingBut('OrderImported'),
        detail: { data: { orderId: Match.exists() } },
      },
    },
    entry: 'channel-webhooks/deliveries/order-event.handler.ts',
    environment,
    failureMeans,
    // A second's wait, for one look at the endpoints instead of a hundred.
    batchSize: 100,
    batchWindow: Duration.seconds(1),
  });
  webhookTable.grant(fanOut, 'dynamodb:Query');
  orderTable.grant(fanOut, 'dynamodb:GetItem');
  deliveries.queue.grantSendMessages(fanOut);

  const deliver = deliveries.consumer('Deliver', {
    entry: 'channel-webhooks/deliveries/deliver.handler.ts',
    environment: { ...environment, RETRYING: JSON.stringify(store.webhooks) } satisfies DeliverEnv,
    failureMeans,
  });
  webhookTable.grant(deliver, 'dynamodb:BatchGetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem');
  orderTable.grant(deliver, 'dynamodb:BatchGetItem');

  const channels = Object.fromEntries(
    Object.entries(channelsOf(store.clients)).map(([name, channel]) => [identities.clientIds[name], channel]),
  );
  const handler = new WorkflowFunction(workflow, 'Api', {
    entry: 'channel-webhooks/api.handler.ts',
    environment: { ...environment, CHANNELS: Stack.of(scope).toJsonString(channels) } satisfies ApiEnv,
    failureMeans: 'Channels cannot set up their webhooks, nor replay what they missed.',
  });
  webhookTable.grant(
    handler,
    'dynamodb:GetItem',
    'dynamodb:BatchGetItem',
    'dynamodb:PutItem',
    'dynamodb:DeleteItem',
    'dynamodb:Query',
  );
  webhookTable.grantIndexQuery(handler, 'byDead');
  deliveries.queue.grantSendMessages(handler);
  api.serve('channel-webhooks', handler);
}
