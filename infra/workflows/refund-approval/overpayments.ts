import { Match } from 'aws-cdk-lib/aws-events';
import type { OverpaymentEnv } from '../../../functions/refund-approval/env.ts';
import {
  OrderCancelled,
  OrderEdited,
  OrderLinesCancelled,
  PaymentRecorded,
} from '../../../shared/contracts/orders/life-cycle-events.ts';
import { all } from '../../constructs/access.ts';
import type { WorkflowStack } from '../../constructs/workflow-stack.ts';
import { orders } from '../../data/orders.ts';
import { refunds } from '../../data/refunds.ts';
import { storeSettings } from '../../data/settings.ts';
import { settings } from '../../settings.ts';

/** Refunds what customers paid for cancelled units, above the total of an edited order, or for an expired order. */
export function addOverpayments(stack: WorkflowStack): void {
  stack.onEvents<OverpaymentEnv>([OrderCancelled, OrderLinesCancelled, OrderEdited, PaymentRecorded], {
    where: {
      $or: [
        { cancelledMinor: Match.exists() },
        { differences: { totalMinor: [{ numeric: ['<', 0] }] } },
        { payment: { type: ['payment.captured', 'chargeback.won'] }, order: { balance: ['overpaid'] } },
        { payment: { type: ['payment.captured', 'chargeback.won'] }, order: { status: ['expired'] } },
      ],
    },
    handler: 'refund-approval/overpayment.handler.ts',
    uses: all(
      all(refunds.writer, refunds.historyReader, orders.checker, orders.byCustomer),
      all(storeSettings.reader, settings.calendar),
    ),
    errorImpact: 'Customers do not get back what they paid for cancelled units or expired orders.',
  });
}
