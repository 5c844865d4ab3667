import type * as z from 'zod';
import type { Refundable } from '../../../shared/contracts/refunds/refundable.ts';
import { chargeComponent } from '../../../shared/refunds/component-values.ts';
import { isDisputed } from '../refund/order-snapshot.ts';
import { emptyLedger, refundedAndPendingMinor, sumOf, zeroAmount } from '../refund/refund-ledger.ts';
import { type RefundableComponent, refundableComponents } from '../refund/refundable-components.ts';
import type { RequestSnapshot } from './decide.ts';
import { judge, policyFacts } from './judge.ts';

type Part = 'captured' | 'refunded' | 'pending' | 'refundable';

/** The refundable components of an order, and the rule that would decide on a request for all of them. */
export function refundableResponse(
  { order, ledger = emptyLedger(order.orderId), policy, history }: Omit<RequestSnapshot, 'refund'>,
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
    payments: payments.map(({ pot, captured, refunded, pending, refundable }) => {
      const [provider = '', paymentId = ''] = splitAtSlash(pot.slice('payment:'.length));
      return { provider, paymentId, captured, refunded, pending, refundable };
    }),
    policy: { rule, decision, approvalsNeeded, version: policy.version },
  };
}

/** A payment id may contain a slash, a provider name may not. */
const splitAtSlash = (text: string) => [text.slice(0, text.indexOf('/')), text.slice(text.indexOf('/') + 1)];

const withoutName = (component: RefundableComponent | undefined) => ({
  captured: component?.captured ?? zeroAmount,
  refunded: component?.refunded ?? zeroAmount,
  pending: component?.pending ?? zeroAmount,
  refundable: component?.refundable ?? zeroAmount,
});
