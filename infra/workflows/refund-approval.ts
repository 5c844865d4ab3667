import type { App } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/aws-events';
import type { Env } from '../../functions/refund-approval/env.ts';
import type { TablesEnv } from '../../functions/refund-approval/refund/env.ts';
import { OrderPlaced, ReplacementRefused } from '../../shared/contracts/orders/events.ts';
import * as policyChangeRoutes from '../../shared/contracts/refunds/policy-change-routes.ts';
import * as policyRoutes from '../../shared/contracts/refunds/policy-routes.ts';
import * as returnRoutes from '../../shared/contracts/refunds/return-routes.ts';
import * as routes from '../../shared/contracts/refunds/routes.ts';
import { all } from '../constructs/access.ts';
import { type SharedStacks, WorkflowStack } from '../constructs/workflow-stack.ts';
import { catalog } from '../data/catalog.ts';
import { cursorSecret } from '../data/cursors.ts';
import { orders } from '../data/orders.ts';
import { refunds } from '../data/refunds.ts';
import { storeSettings } from '../data/settings.ts';
import { stock } from '../data/stock.ts';
import { settings } from '../settings.ts';
import { addDeadlines } from './refund-approval/deadlines.ts';
import { addErasure } from './refund-approval/erasure.ts';
import { addOverpayments } from './refund-approval/overpayments.ts';
import { addPayouts } from './refund-approval/payouts.ts';
import { addPolicyNotices } from './refund-approval/policy.ts';

/** Refunds: requested, decided, paid out. */
export class RefundApprovalStack extends WorkflowStack {
  constructor(app: App, shared: SharedStacks) {
    super(app, 'refund-approval', shared);
    const { channels, departments, warehouses, calendar, timeZone, policyChanges } = settings;
    this.routes<Env>({
      routes: [routes, returnRoutes, policyRoutes, policyChangeRoutes],
      handler: 'refund-approval/api.handler.ts',
      uses: all(
        all(refunds.writer, refunds.policyWriter, refunds.lister, refunds.byStatus, refunds.byOrder),
        all(orders.checker, orders.byCustomer, catalog.reader, stock.reader, cursorSecret.reader),
        all(storeSettings.reader, channels, departments, warehouses, calendar, timeZone, policyChanges),
      ),
      errorImpact: 'Customer service cannot request refunds, and approvers cannot decide on them.',
    });
    this.onEvents<TablesEnv>([OrderPlaced, ReplacementRefused], {
      where: { exchangeOf: { refundId: Match.exists() } },
      handler: 'refund-approval/exchanges/exchange.handler.ts',
      uses: all(refunds.writer, orders.named),
      errorImpact:
        'Customers who exchanged goods for cheaper ones, or for goods that are sold out, wait for their money.',
    });
    addOverpayments(this);
    addPayouts(this);
    addDeadlines(this);
    addPolicyNotices(this);
    addErasure(this);
  }
}
