import { Duration } from 'aws-cdk-lib';
import type { Env } from '../../../functions/refund-approval/payouts/env.ts';
import type { TablesEnv } from '../../../functions/refund-approval/refund/env.ts';
import { PaymentRecorded } from '../../../shared/contracts/orders/life-cycle-events.ts';
import {
  ExchangeRefused,
  ExchangeSettled,
  RefundApproved,
  RefundPaidTwice,
  RefundPayoutStarted,
  RefundReturnReceived,
} from '../../../shared/contracts/refunds/events.ts';
import { all, variables } from '../../constructs/access.ts';
import { addAlarm, recordedMetric } from '../../constructs/alarm.ts';
import type { WorkflowStack } from '../../constructs/workflow-stack.ts';
import { orders } from '../../data/orders.ts';
import { paymentProviders } from '../../data/finance/payments.ts';
import { refunds } from '../../data/refunds.ts';

/** Pays approved refunds, and records what the payment providers report. */
export function addPayouts(stack: WorkflowStack): void {
  const timeLimit = variables({ PROVIDER_TIMEOUT_SECONDS: '10' });
  const payer = all(refunds.writer, orders.checker, paymentProviders.reader, timeLimit);
  const payable = [RefundApproved, RefundReturnReceived, ExchangeSettled, ExchangeRefused, RefundPayoutStarted];
  stack.onEvents<Env>(payable, {
    handler: 'refund-approval/payouts/payout.handler.ts',
    uses: payer,
    errorImpact: 'Approved refunds are not paid: customers wait for their money.',
  });
  stack.every<Env>('1 hour', {
    handler: 'refund-approval/payouts/payout-sweep.handler.ts',
    uses: all(payer, refunds.byStatus),
    errorImpact: 'Refunds without a result from their payment provider stay in payment.',
    timeout: Duration.minutes(10),
  });
  stack.onEvents<TablesEnv>(PaymentRecorded, {
    where: { payment: { type: ['refund.succeeded', 'refund.failed'] } },
    handler: 'refund-approval/payouts/provider-notification.handler.ts',
    uses: all(refunds.writer, refunds.byOrder, orders.named),
    errorImpact: 'Refunds show the wrong status: the result that the payment provider reported is not recorded.',
  });
  addAlarm(stack, 'PayoutFailures', {
    metric: recordedMetric('event-relay', 'PayoutFailures', Duration.hours(1)),
    threshold: 3,
    errorImpact: 'A payment provider refuses refunds: customers wait for their money.',
  });
  stack.alarmOn(RefundPaidTwice, { errorImpact: 'A customer got a refund twice, as money and as store credit.' });
}
