import { type App, Duration } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/aws-events';
import type { DeliverEnv, FanOutEnv } from '../../functions/channel-webhooks/deliveries/env.ts';
import type { ApiEnv } from '../../functions/channel-webhooks/env.ts';
import { WebhookEndpointDisabled } from '../../shared/contracts/webhooks/events.ts';
import * as routes from '../../shared/contracts/webhooks/routes.ts';
import { all } from '../constructs/access.ts';
import { type SharedStacks, WorkflowStack } from '../constructs/workflow-stack.ts';
import { orders } from '../data/orders.ts';
import { webhooks } from '../data/webhooks.ts';
import { settings } from '../settings.ts';

/** A channel that responds 410 disabled its endpoint itself. */
const failingDisabled = {
  ...WebhookEndpointDisabled,
  pattern: { ...WebhookEndpointDisabled.pattern, detail: { data: { reason: ['failing'] } } },
};

/** Sends order events to the channels' own endpoints. */
export class ChannelWebhooksStack extends WorkflowStack {
  constructor(app: App, shared: SharedStacks) {
    super(app, 'channel-webhooks', shared);
    const errorImpact = 'Channels do not learn of changes of their orders and may show customers an old status.';
    const deliveries = this.queue<DeliverEnv>({
      handler: 'channel-webhooks/deliveries/deliver.handler.ts',
      uses: (queue) => all(webhooks.deliverer, orders.reader, queue.url('DELIVERY_QUEUE_URL'), settings.webhookRetries),
      errorImpact,
      // Endpoints that answer slowly hold at most this part of the account's 1,000 concurrent executions.
      maxConcurrency: 50,
      // A day of retries has a dozen receives, and each pause of an endpoint, up to 5 minutes long, adds one: some 320.
      maxReceiveCount: 500,
      // The function retries a delivery for a day.
      maxMessageAge: Duration.hours(30),
    });
    this.alarmOn(failingDisabled, {
      errorImpact: 'A channel gets no events of its orders until it repairs and enables its webhook endpoint.',
    });
    const sender = deliveries.sender('DELIVERY_QUEUE_URL');
    // A channel that imported years of history needs no webhook for each order.
    const orderEvents = { source: ['storeworks.order-intake'], detailType: Match.anythingBut('OrderImported') };
    this.onEvents<FanOutEnv>(
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
    this.routes<ApiEnv>({
      routes: [routes],
      handler: 'channel-webhooks/api.handler.ts',
      uses: all(webhooks.editor, webhooks.byDead, orders.named, sender, settings.channels),
      errorImpact: 'Channels cannot set up their webhooks, nor replay missed events.',
    });
  }
}
