import { Duration } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/aws-events';
import type { RefundedUnitsEnv } from '../../../functions/order-intake/cancellation/env.ts';
import type { ExchangeEnv } from '../../../functions/order-intake/exchange/env.ts';
import type { RefundedAmountsEnv } from '../../../functions/order-intake/payments/env.ts';
import type { RiskEnv } from '../../../functions/order-intake/risk/env.ts';
import { OrderPlaced } from '../../../shared/contracts/orders/events.ts';
import { OrderImported } from '../../../shared/contracts/orders/import-events.ts';
import { OrderShipped, PaymentRecorded } from '../../../shared/contracts/orders/life-cycle-events.ts';
import {
  ExchangeApproved,
  ExchangeSettled,
  RefundApproved,
  RefundPaid,
  RefundPayoutFailed,
  RefundReturnReceived,
  StoreCreditGranted,
} from '../../../shared/contracts/refunds/events.ts';
import { all } from '../../constructs/access.ts';
import type { WorkflowStack } from '../../constructs/workflow-stack.ts';
import { orders, risk } from '../../data/orders.ts';
import { refunds } from '../../data/refunds.ts';
import { pricing } from '../../data/settings.ts';
import { stock } from '../../data/stock.ts';
import { settings } from '../../settings.ts';

/** The risk assessment, replacements of returned goods, cancellations of refunded units, and balances after refunds. */
export function addEventConsumers(stack: WorkflowStack): void {
  stack.onEvents<RiskEnv>([OrderPlaced, OrderImported, PaymentRecorded, OrderShipped], {
    handler: 'order-intake/risk/risk.handler.ts',
    uses: all(orders.assessor, stock.named, risk.counter, settings.timeZone, settings.risk),
    errorImpact: 'Risky orders are held only when they are allocated or shipped, not before their payment.',
    // The function counts the orders of a batch together.
    batchSize: 100,
    batchWindow: Duration.seconds(5),
    // A burst of orders has priority over its assessment.
    maxConcurrency: 2,
  });
  stack.onEvents<ExchangeEnv>(ExchangeApproved, {
    handler: 'order-intake/exchange/exchange.handler.ts',
    uses: all(orders.writer, orders.byDue, stock.reserver, pricing.reader, settings.channels, settings.selling),
    errorImpact: 'Customers who exchange goods wait for their new order.',
  });
  stack.onEvents<RefundedUnitsEnv>([RefundApproved, RefundReturnReceived], {
    where: { unshipped: { lineId: Match.exists() }, status: ['approved'] },
    handler: 'order-intake/cancellation/refunded-units.handler.ts',
    uses: all(orders.writer, stock.reserver, settings.timeZone),
    errorImpact: 'Units that were refunded before shipment stay reserved.',
  });
  stack.onEvents<RefundedAmountsEnv>([RefundPaid, RefundPayoutFailed, StoreCreditGranted, ExchangeSettled], {
    // A payout that failed before it was paid changes no refunded amount.
    where: { wasPaid: [true, { exists: false }] },
    handler: 'order-intake/payments/refunded-amounts.handler.ts',
    uses: all(orders.writer, stock.reserver, refunds.reader, settings.timeZone),
    errorImpact: 'Overpaid orders stay on hold after their refund.',
  });
}
