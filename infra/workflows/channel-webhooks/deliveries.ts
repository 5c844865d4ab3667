import { Duration } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/aws-events';
import type { DeliverEnv, FanOutEnv } from '../../../functions/channel-webhooks/deliveries/env.ts';
import { WebhookEndpointDisabled } from '../../../shared/contracts/webhooks/events.ts';
import { type Access, all } from '../../constructs/access.ts';
import type { WorkflowStack } from '../../constructs/workflow-stack.ts';
import { orders } from '../../data/orders.ts';
import { webhooks } from '../../data/webhooks.ts';
import { settings } from '../../settings.ts';

/** A channel that responds 410 disabled its endpoint itself. */
const failingDisabled = {
  ...WebhookEndpointDisabled,
  pattern: { ...WebhookEndpointDisabled.pattern, detail: { data: { reason: ['failing'] } } },
};

/** Delivers order events. Returns the access to queue further deliveries. */
export function addDeliveries(stack: WorkflowStack): Access<'DELIVERY_QUEUE_URL'> {
  const errorImpact = 'Channels do not learn of changes of their orders and may show customers an old status.';
  const deliveries = stack.queue<DeliverEnv>({
    handler: 'channel-webhooks/deliveries/deliver.handler.ts',
    uses: (queue) =>
      all(
        webhooks.deliverer,
        orders.reader,
        queue.url('DELIVERY_QUEUE_URL'),
        settings.webhookRetries,
        settings.channels,
      ),
    errorImpact,
    // Endpoints that answer slowly hold at most this part of the account's 1,000 concurrent executions.
    maxConcurrency: 50,
    // A day of retries has a dozen receives, and waiting for a turn at a failing endpoint adds some 350.
    maxReceiveCount: 500,
    // The function retries a delivery for a day.
    maxMessageAge: Duration.hours(30),
  });
  stack.alarmOn(failingDisabled, {
    errorImpact: 'A channel gets no events of its orders until it repairs and enables its webhook endpoint.',
  });
  const sender = deliveries.sender('DELIVERY_QUEUE_URL');
  // A channel that imported years of history needs no webhook for each order.
  const orderEvents = { source: ['storeworks.order-intake'], detailType: Match.anythingBut('OrderImported') };
  stack.onEvents<FanOutEnv>(
    { pattern: orderEvents },
    {
      where: { orderId: Match.exists() },
      handler: 'channel-webhooks/deliveries/order-event.handler.ts',
      uses: all(webhooks.endpointLister, orders.getter, sender),
      errorImpact,
      // The function reads the endpoints once per batch.
      batchSize: 100,
      batchWindow: Duration.seconds(1),
    },
  );
  return sender;
}
