import type { StripeEnv } from '../../../functions/order-intake/payments/env.ts';
import * as stripeRoutes from '../../../shared/contracts/orders/stripe-routes.ts';
import { all } from '../../constructs/access.ts';
import type { WorkflowStack } from '../../constructs/workflow-stack.ts';
import { orders } from '../../data/orders.ts';
import { paymentProviders } from '../../data/finance/payments.ts';
import { stock } from '../../data/stock.ts';
import { settings } from '../../settings.ts';

/** Stripe's webhooks have a function of their own: Stripe's library would slow the cold start of the API's. */
export function addStripeWebhook(stack: WorkflowStack): void {
  stack.routes<StripeEnv>({
    routes: [stripeRoutes],
    handler: 'order-intake/payments/stripe-webhook.handler.ts',
    // A payment of an expired order releases its stock first.
    uses: all(orders.writer, stock.releaser, paymentProviders.reader, settings.timeZone),
    errorImpact: 'Payments, refunds and disputes that Stripe reports are not recorded.',
  });
}
