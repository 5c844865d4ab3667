import { type App, Duration } from 'aws-cdk-lib';
import type { ApiEnv } from '../../functions/channel-webhooks/env.ts';
import type { NoticeEnv } from '../../functions/channel-webhooks/notices/env.ts';
import * as changeRoutes from '../../shared/contracts/webhooks/change-routes.ts';
import * as deliveryRoutes from '../../shared/contracts/webhooks/delivery-routes.ts';
import { WebhookChangeRequested, WebhookRedirected } from '../../shared/contracts/webhooks/events.ts';
import * as routes from '../../shared/contracts/webhooks/routes.ts';
import { all } from '../constructs/access.ts';
import { type SharedStacks, WorkflowStack } from '../constructs/workflow-stack.ts';
import { cursorSecret } from '../data/cursors.ts';
import { orders } from '../data/orders.ts';
import { webhooks } from '../data/webhooks.ts';
import { settings } from '../settings.ts';
import { addDeliveries } from './channel-webhooks/deliveries.ts';

/** Sends order events to the channels' own endpoints. */
export class ChannelWebhooksStack extends WorkflowStack {
  constructor(app: App, shared: SharedStacks) {
    super(app, 'channel-webhooks', shared);
    const sender = addDeliveries(this);
    this.onEvents<NoticeEnv>([WebhookChangeRequested, WebhookRedirected], {
      handler: 'channel-webhooks/notices/notice.handler.ts',
      uses: (queue) => all(webhooks.endpointReader, queue.url('NOTICE_QUEUE_URL')),
      errorImpact: 'A channel does not learn that the events of its orders go to another address.',
      maxConcurrency: 5,
      // One a minute for an hour.
      maxReceiveCount: 70,
      maxMessageAge: Duration.hours(2),
    });
    const api = all(webhooks.editor, webhooks.byDead, orders.named, sender, cursorSecret.reader);
    this.routes<ApiEnv>({
      routes: [routes, changeRoutes, deliveryRoutes],
      handler: 'channel-webhooks/api.handler.ts',
      uses: all(api, settings.channels, settings.webhookChallenge),
      errorImpact: 'Channels cannot set up their webhooks, nor replay missed events.',
    });
  }
}
