import type { Env } from '../../../functions/stock-update/env.ts';
import type { StoreEnv } from '../../../functions/stock-update/stock/env.ts';
import * as alertRoutes from '../../../shared/contracts/stock/alert-routes.ts';
import * as levelRoutes from '../../../shared/contracts/stock/level-routes.ts';
import * as repairRoutes from '../../../shared/contracts/stock/repair-routes.ts';
import * as routes from '../../../shared/contracts/stock/routes.ts';
import * as shortageRoutes from '../../../shared/contracts/stock/shortage-routes.ts';
import { type AccessFor, all } from '../../constructs/access.ts';
import type { WorkflowStack } from '../../constructs/workflow-stack.ts';
import { cursorSecret } from '../../data/cursors.ts';
import { orders } from '../../data/orders.ts';
import { storeSettings } from '../../data/settings.ts';
import { stockAudits } from '../../data/stock-audits.ts';
import { stock } from '../../data/stock.ts';
import { settings } from '../../settings.ts';

/** Stock over HTTP: movements, levels, lots, alerts, shortages and repairs. */
export function addHttp(stack: WorkflowStack, movements: AccessFor<StoreEnv>): void {
  stack.routes<Env>({
    routes: [routes, levelRoutes, alertRoutes, shortageRoutes, repairRoutes],
    handler: 'stock-update/api.handler.ts',
    uses: all(
      all(movements, stock.requester, stock.allSkus, stock.byAlertStatus, stockAudits.reader),
      all(orders.reader, orders.byStatus, cursorSecret.reader),
      all(storeSettings.reader, settings.channels, settings.warehouses),
    ),
    errorImpact: 'Warehouses cannot post stock movements, and storefronts show figures that are out of date.',
  });
}
