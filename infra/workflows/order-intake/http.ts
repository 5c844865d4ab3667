import type { Env } from '../../../functions/order-intake/env.ts';
import type { PlacementEnv } from '../../../functions/order-intake/placement/env.ts';
import * as editRoutes from '../../../shared/contracts/orders/edit-routes.ts';
import * as exportRoutes from '../../../shared/contracts/orders/export-routes.ts';
import * as lifeCycleRoutes from '../../../shared/contracts/orders/life-cycle-routes.ts';
import * as pickListRoutes from '../../../shared/contracts/orders/pick-list-routes.ts';
import * as queueRoutes from '../../../shared/contracts/orders/queue-routes.ts';
import * as routes from '../../../shared/contracts/orders/routes.ts';
import { type Access, all } from '../../constructs/access.ts';
import type { WorkflowStack } from '../../constructs/workflow-stack.ts';
import { catalog } from '../../data/catalog.ts';
import { cursorSecret } from '../../data/cursors.ts';
import { orders, risk } from '../../data/orders.ts';
import { webhookSecretsReader } from '../../data/finance/payments.ts';
import { quoteSecret } from '../../data/quotes.ts';
import { refunds } from '../../data/refunds.ts';
import { pricing, storeSettings } from '../../data/settings.ts';
import { stock } from '../../data/stock.ts';
import { settings } from '../../settings.ts';

/** The routes of orders. Two have a function with few imports, because its cold start delays customers. */
export function addRoutes(stack: WorkflowStack, sender: Access<'ORDER_QUEUE_URL'>): void {
  const { placeOrder, getOrder, ...otherRoutes } = routes;
  const api = stack.routes<Env>({
    routes: [otherRoutes, queueRoutes, editRoutes, lifeCycleRoutes, exportRoutes, pickListRoutes],
    handler: 'order-intake/api.handler.ts',
    uses: all(
      all(orders.editor, stock.reserver, stock.shipper, catalog.reader, risk.counter, refunds.checker),
      all(webhookSecretsReader, sender, settings.channels, settings.selling, settings.risk),
      all(
        stock.ledgerReader,
        settings.daysBeforeExpiry,
        storeSettings.reader,
        settings.warehouseCodes,
        cursorSecret.reader,
        settings.exportsAtOnce,
      ),
    ),
    errorImpact: 'Orders cannot be listed, changed or shipped, and payments are not recorded.',
  });
  stack.routes<PlacementEnv>({
    routes: [{ placeOrder, getOrder }],
    movedFrom: api,
    handler: 'order-intake/placement.handler.ts',
    uses: all(
      all(orders.placer, stock.reserver, pricing.reader, quoteSecret.reader),
      all(sender, settings.channels, settings.selling),
    ),
    errorImpact: 'Customers cannot place orders.',
  });
}
