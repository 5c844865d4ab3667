import { emptyLedger } from '../../../../functions/refund-approval/refund/refund-ledger.ts';
import { isDisputed, OrderSnapshot } from '../../../../functions/refund-approval/refund/order-snapshot.ts';
import { payoutReference } from '../../../../functions/refund-approval/refund/refund-item.ts';
import { refundableComponents } from '../../../../functions/refund-approval/refund/refundable-components.ts';
import { violatedInvariants } from '../../../support/refunds/refund-invariants.ts';
import type { FinalState, CommittedEvent } from '../final-state.ts';
import type { Checker } from '../checkers.ts';
import { eventsByRefund } from './refund-checkers.ts';

const sumOf = <T>(items: readonly T[], amountOf: (item: T) => number) =>
  items.reduce((sum, item) => sum + amountOf(item), 0);

/** Amount that an event posts as refunded; negative if the provider reversed the payout. */
const paidBy = ({ type, data }: CommittedEvent): number => {
  if (type === 'RefundPaid') return data.paidMinor;
  return type === 'RefundPayoutFailed' && data.wasPaid ? -data.paidMinor : 0;
};
const creditedBy = ({ type, data }: CommittedEvent): number => (type === 'StoreCreditGranted' ? data.creditMinor : 0);

/** Each order with a refund, with its refund ledger and refunds. */
function refundedOrders({ orders, refundLedgers, refunds }: FinalState) {
  const byId = new Map(refundLedgers.map((ledger) => [ledger.orderId, ledger]));
  const own = Map.groupBy(refunds, ({ orderId }) => orderId);
  return orders
    .filter(({ orderId }) => byId.has(orderId) || own.has(orderId))
    .map((order) => ({
      order,
      orderSnapshot: OrderSnapshot.parse(order),
      ledger: byId.get(order.orderId) ?? emptyLedger(order.orderId),
      refunds: own.get(order.orderId) ?? [],
    }));
}

const componentsSuffice: Checker = {
  name: 'no refundable component gives more money, tax or units than it has, and the refund ledger matches the refunds',
  violations: (state) => {
    const events = eventsByRefund(state);
    return refundedOrders(state).flatMap((refunded) => {
      const posted = refunded.refunds.flatMap(({ refundId }) => events.get(refundId) ?? []);
      const postedMinor = sumOf(posted, (event) => paidBy(event) + creditedBy(event));
      const violations = violatedInvariants({
        ...refunded,
        postedMinor,
        requestedUnits: undefined,
        hasRevertedFailure: false,
      });
      return violations.map((violation) => `${refunded.order.orderId}: ${violation}`);
    });
  },
};

const providerAgrees: Checker = {
  name: 'the amounts that the payment provider refunded equal the payouts, each once',
  violations: (state) => {
    const { refunds, ledger } = state;
    const events = eventsByRefund(state);
    const paid = ledger.filter(({ status }) => status === 'succeeded');
    const byReference = Map.groupBy(paid, ({ reference }) => reference);
    const payoutLegs = refunds.flatMap(({ refundId, payouts }) =>
      payouts.map((leg, index) => ({ ...leg, refundId, reference: payoutReference(refundId, index, leg.attempt) })),
    );
    const settled = payoutLegs.filter(({ state }) => state === 'succeeded');
    const references = new Set(settled.map(({ reference }) => reference));
    return [
      ...settled.flatMap(({ reference, paymentId, amountMinor }) => {
        const own = byReference.get(reference) ?? [];
        const isSame = own.length === 1 && own[0]?.amountMinor === amountMinor && own[0].paymentId === paymentId;
        return isSame ? [] : [`${reference} of ${amountMinor} was paid ${own.length} times by the provider`];
      }),
      ...paid
        .filter(({ reference }) => !references.has(reference))
        .map(
          ({ reference, amountMinor }) => `the provider paid ${amountMinor} as ${reference}, which no refund records`,
        ),
      ...refunds.flatMap(({ refundId }) => {
        const postedMinor = sumOf(events.get(refundId) ?? [], paidBy);
        const paidMinor = sumOf(
          paid.filter((made) => made.refundId === refundId),
          ({ amountMinor }) => amountMinor,
        );
        return postedMinor === paidMinor
          ? []
          : [`events post ${postedMinor} for ${refundId}, the provider paid ${paidMinor}`];
      }),
    ];
  },
};

const cancelledUnitsAreRefunded: Checker = {
  name: 'payments for cancelled units are refunded automatically',
  violations: (state) => {
    // A refund that staff requested may already cover the cancelled units.
    const requestedByStaff = new Set(state.observed.refunds.map(({ orderId }) => orderId));
    const byId = new Map(state.refundLedgers.map((ledger) => [ledger.orderId, ledger]));
    const failedPayouts = new Set(
      state.refunds.filter(({ status }) => status === 'payout-failed').map(({ orderId }) => orderId),
    );
    return state.orders
      .filter(({ status, cancelledMinor = 0 }) => status === 'cancelled' || cancelledMinor > 0)
      .filter(({ orderId, imported }) => !imported && !requestedByStaff.has(orderId))
      .map((order) => OrderSnapshot.parse(order))
      .filter((order) => !isDisputed(order) && !failedPayouts.has(order.orderId))
      .flatMap((order) => {
        const { goods } = refundableComponents(order, byId.get(order.orderId) ?? emptyLedger(order.orderId));
        const left = goods.find(({ pot }) => pot === 'overpaid')?.refundable.minor ?? 0;
        return left === 0 ? [] : [`${order.orderId} still has ${left} to refund for cancelled units`];
      });
  },
};

export const refundMoneyCheckers = [componentsSuffice, providerAgrees, cancelledUnitsAreRefunded];
