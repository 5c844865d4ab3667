import { ExchangeRefused, ExchangeSettled } from '../../../shared/contracts/refunds/events.ts';
import { allocateToPayments } from '../refund/allocation.ts';
import { draftEvent, eventData, illegal, type Outcome, settledFields } from '../refund/change.ts';
import { next } from '../refund/life-cycle.ts';
import type { Payout, RefundItem } from '../refund/refund-item.ts';
import { paymentComponent } from '../../../shared/refunds/component-values.ts';
import { type RefundLedger, settle, sumOf } from '../refund/refund-ledger.ts';

/** The amount of a payment that was used for the replacement order. */
type UsedPayment = { provider: string; paymentId: string; amountMinor: number };

/** A placed replacement order. */
export type Replacement = { orderId: string; totalMinor: number; payments: readonly UsedPayment[] };

/** Records a placed replacement: the used amounts count as refunded, the rest becomes due for payout. */
export function settleExchange(refund: RefundItem, ledger: RefundLedger, replacement: Replacement): Outcome {
  const { exchange } = refund;
  if (exchange?.replacement?.orderId === replacement.orderId) return { kind: 'already-done', refund };
  const payouts = refund.payouts.flatMap((payout) => splitPayout(payout, replacement.payments));
  const used = payouts.filter(({ state }) => state === 'exchanged');
  const status = next(refund.status, used.length === payouts.length ? 'settle-whole' : 'settle-part');
  if (!status || !exchange) return illegal(refund, 'exchanged');
  const { orderId, totalMinor } = replacement;
  const creditMinor = sumOf(used.map(({ amountMinor }) => amountMinor));
  const after: RefundItem = {
    ...refund,
    status,
    payouts,
    exchange: { ...exchange, replacement: { orderId, totalMinor, creditMinor } },
    version: refund.version + 1,
  };
  const data = {
    ...eventData(after),
    replacementOrderId: orderId,
    replacementMinor: totalMinor,
    creditMinor,
    ...settledFields(refund, used),
  };
  const settled = { ...used.reduce(settle, ledger), version: ledger.version + 1 };
  return { kind: 'changed', refund: after, ledger: settled, events: [draftEvent(ExchangeSettled, data)] };
}

/** Splits a payout into the part used for the replacement and the part due to the customer. */
function splitPayout(payout: Payout, usedPayments: readonly UsedPayment[]): Payout[] {
  const own = usedPayments.find(
    ({ provider, paymentId }) => payout.provider === provider && payout.paymentId === paymentId,
  );
  const usedMinor = own?.amountMinor ?? 0;
  const pot = paymentComponent(payout);
  const parts = [usedMinor, payout.amountMinor - usedMinor].map((minor) => ({ pot, refundable: { minor } }));
  return allocateToPayments(payout.draws, parts).map((part, index) => {
    const isUsed = usedMinor > 0 && index === 0;
    return Object.assign(part, { state: isUsed ? ('exchanged' as const) : ('due' as const), attempt: 0 });
  });
}

/** Converts an exchange whose replacement was refused into a refund of its whole amount. */
export function convertToRefund(refund: RefundItem, refusal: string): Outcome {
  const { exchange } = refund;
  if (exchange?.refusal !== undefined) return { kind: 'already-done', refund };
  const status = next(refund.status, 'refuse-exchange');
  if (!status || !exchange) return illegal(refund, 'refunded instead');
  const after: RefundItem = { ...refund, status, exchange: { ...exchange, refusal }, version: refund.version + 1 };
  return { kind: 'changed', refund: after, events: [draftEvent(ExchangeRefused, { ...eventData(after), refusal })] };
}
