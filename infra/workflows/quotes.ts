import type { App } from 'aws-cdk-lib';
import type { Env } from '../../functions/quotes/env.ts';
import * as routes from '../../shared/contracts/quotes/routes.ts';
import { all } from '../constructs/access.ts';
import { type SharedStacks, WorkflowStack } from '../constructs/workflow-stack.ts';
import { orders } from '../data/orders.ts';
import { promotions } from '../data/promotions.ts';
import { quoteSecret } from '../data/quotes.ts';
import { pricing } from '../data/settings.ts';
import { stock } from '../data/stock.ts';
import { settings } from '../settings.ts';

/** Prices of baskets, and explanations of the prices of orders. Writes nothing. */
export class QuotesStack extends WorkflowStack {
  constructor(app: App, shared: SharedStacks) {
    super(app, 'quotes', shared);
    this.routes<Env>({
      routes: [routes],
      handler: 'quotes/api.handler.ts',
      uses: all(
        all(pricing.reader, promotions.limitReader, stock.reader, orders.reader, orders.firstOrders),
        all(quoteSecret.reader, settings.channels, settings.selling, settings.quotes),
      ),
      errorImpact: 'Storefronts cannot show totals with tax and shipping before an order.',
    });
  }
}
