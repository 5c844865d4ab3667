import type * as z from 'zod';
import type { Refundable } from '../../../shared/contracts/refunds/refundable.ts';
import { chargeComponent, paymentOfComponent } from '../../../shared/refunds/component-values.ts';
import { isDisputed } from '../refund/order-snapshot.ts';
import { emptyLedger, refundedAndPendingMinor, sumOf, zeroAmount } from '../refund/refund-ledger.ts';
import { type RefundableComponent, refundableComponents } from '../refund/refundable-components.ts';
import type { RequestSnapshot } from './decide.ts';
import { judge, policyFacts } from './judge.ts';

type Part = 'captured' | 'refunded' | 'pending' | 'refundable';

/** An order and its ledger as a refund in another currency sees them. */
type InOtherCurrency = Pick<RequestSnapshot, 'order' | 'ledger'>;

/** The refundable components of an order, its payments in `others`, and the rule that would decide on a request for all of them. */
export function refundableResponse(
  { order, ledger = emptyLedger(order.orderId), policy, history }: Omit<RequestSnapshot, 'refund'>,
  others: readonly InOtherCurrency[],
  now: number,
): z.infer<typeof Refundable> {
  const { goods, payments } = refundableComponents(order, ledger);
  const paymentsMinor = (part: Part) => sumOf(payments.map((payment) => payment[part].minor));
  const taxMinor = (part: Part) => sumOf(goods.map((component) => component[part].taxMinor));
  const amountsOf = (name: string) => withoutName(goods.find(({ pot }) => pot === name));
  const isBlocked = isDisputed(order);
  const refundableMinor = isBlocked ? 0 : paymentsMinor('refundable');
  const facts = policyFacts(order, { lines: [] }, refundableMinor + refundedAndPendingMinor(ledger), '', history, now);
  const { rule, decision, approvalsNeeded } = judge(facts, policy.content);
  return {
    orderId: order.orderId,
    currency: order.currency,
    capturedMinor: paymentsMinor('captured'),
    refundedMinor: paymentsMinor('refunded'),
    pendingMinor: paymentsMinor('pending'),
    refundableMinor,
    ...(isBlocked && { blockedBy: 'chargeback-open' }),
    lines: order.lines.map(({ lineId, sku }) => ({ lineId, sku, ...amountsOf(`line:${lineId}`) })),
    ...(order.charges.length > 0 && {
      charges: order.charges.map(({ chargeId, kind, name }) => ({
        chargeId,
        kind,
        name,
        ...amountsOf(chargeComponent(chargeId)),
      })),
    }),
    shipping: amountsOf('shipping'),
    overpaid: amountsOf('overpaid'),
    tax: {
      capturedMinor: taxMinor('captured'),
      refundedMinor: taxMinor('refunded'),
      pendingMinor: taxMinor('pending'),
      refundableMinor: taxMinor('refundable'),
    },
    payments: payments.map(paymentOf),
    ...(others.length > 0 && { otherCurrencies: others.map(otherCurrencyOf) }),
    policy: { rule, decision, approvalsNeeded, version: policy.version },
  };
}

function otherCurrencyOf({ order, ledger = emptyLedger(order.orderId) }: InOtherCurrency) {
  const { payments } = refundableComponents(order, ledger);
  const refundableMinor = isDisputed(order) ? 0 : sumOf(payments.map(({ refundable }) => refundable.minor));
  return { currency: order.currency, refundableMinor, payments: payments.map(paymentOf) };
}

function paymentOf({ pot, captured, refunded, pending, refundable }: RefundableComponent) {
  return { ...paymentOfComponent(pot), captured, refunded, pending, refundable };
}

const withoutName = (component: RefundableComponent | undefined) => ({
  captured: component?.captured ?? zeroAmount,
  refunded: component?.refunded ?? zeroAmount,
  pending: component?.pending ?? zeroAmount,
  refundable: component?.refundable ?? zeroAmount,
});
