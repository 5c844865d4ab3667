import { type App, Duration } from 'aws-cdk-lib';
import type { Env } from '../../functions/order-intake/env.ts';
import type { QueueEnv } from '../../functions/order-intake/queue/env.ts';
import * as editRoutes from '../../shared/contracts/orders/edit-routes.ts';
import * as exportRoutes from '../../shared/contracts/orders/export-routes.ts';
import * as lifeCycleRoutes from '../../shared/contracts/orders/life-cycle-routes.ts';
import * as queueRoutes from '../../shared/contracts/orders/queue-routes.ts';
import * as routes from '../../shared/contracts/orders/routes.ts';
import { all } from '../constructs/access.ts';
import { type SharedStacks, WorkflowStack } from '../constructs/workflow-stack.ts';
import { catalog } from '../data/catalog.ts';
import { orders, risk } from '../data/orders.ts';
import { webhookSecret } from '../data/payments.ts';
import { stock } from '../data/stock.ts';
import { settings } from '../settings.ts';
import { addEventConsumers } from './order-intake/events.ts';
import { addFiles } from './order-intake/files.ts';
import { addStripeWebhook } from './order-intake/stripe.ts';
import { addSweeps } from './order-intake/sweeps.ts';

/** Orders over HTTP, by queue and by file. One transaction writes an order and reserves its stock. */
export class OrderIntakeStack extends WorkflowStack {
  constructor(app: App, shared: SharedStacks) {
    super(app, 'order-intake', shared);
    const queued = this.queue<QueueEnv>({
      handler: 'order-intake/queued-orders.handler.ts',
      uses: all(orders.queuePlacer, stock.reserver, catalog.reader, settings.selling),
      errorImpact: 'Orders that were accepted for later are not decided.',
      maxMessageAge: Duration.minutes(5),
      timeout: Duration.minutes(1),
      // A FIFO queue has batches of 10: too few to write a stock item once for many orders.
      batchSize: 500,
      batchWindow: Duration.seconds(1),
      // More concurrent batches would conflict on the stock of a flash sale.
      maxConcurrency: 2,
    });
    const sender = queued.sender('ORDER_QUEUE_URL');
    this.routes<Env>({
      routes: [routes, queueRoutes, editRoutes, lifeCycleRoutes, exportRoutes],
      handler: 'order-intake/api.handler.ts',
      uses: all(
        all(orders.editor, stock.reserver, stock.shipper, catalog.reader, risk.counter),
        all(webhookSecret.reader, sender, settings.channels, settings.selling, settings.risk),
      ),
      errorImpact: 'Customers cannot place orders.',
    });
    addSweeps(this, sender);
    addStripeWebhook(this);
    addEventConsumers(this);
    addFiles(this);
  }
}
