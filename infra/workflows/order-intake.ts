import { type App, Duration } from 'aws-cdk-lib';
import type { QueueEnv } from '../../functions/order-intake/queue/env.ts';
import { DuplicatePaymentSuspected } from '../../shared/contracts/orders/life-cycle-events.ts';
import { all } from '../constructs/access.ts';
import { type SharedStacks, WorkflowStack } from '../constructs/workflow-stack.ts';
import { orders } from '../data/orders.ts';
import { quoteSecret } from '../data/quotes.ts';
import { pricing } from '../data/settings.ts';
import { stock } from '../data/stock.ts';
import { settings } from '../settings.ts';
import { addErasure } from './order-intake/erasure.ts';
import { addEventConsumers } from './order-intake/events.ts';
import { addFiles } from './order-intake/files.ts';
import { addRoutes } from './order-intake/http.ts';
import { addStripeWebhook } from './order-intake/stripe.ts';
import { addSweeps } from './order-intake/sweeps.ts';

/** Orders over HTTP, by queue and by file. One transaction writes an order and reserves its stock. */
export class OrderIntakeStack extends WorkflowStack {
  constructor(app: App, shared: SharedStacks) {
    super(app, 'order-intake', shared);
    const queued = this.queue<QueueEnv>({
      handler: 'order-intake/queued-orders.handler.ts',
      uses: all(orders.queuePlacer, stock.reserver, pricing.reader, quoteSecret.reader, settings.selling),
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
    addRoutes(this, sender);
    addSweeps(this, sender);
    addStripeWebhook(this);
    addEventConsumers(this);
    addFiles(this);
    addErasure(this);
    this.alarmOn(DuplicatePaymentSuspected, { errorImpact: 'Two payment providers reported the same payment.' });
  }
}
