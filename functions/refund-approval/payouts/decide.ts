import { paymentComponent } from '../../../shared/refunds/component-values.ts';
import {
  ExchangeApproved,
  RefundPaid,
  RefundPaidTwice,
  RefundPayoutFailed,
  RefundPayoutStarted,
  StoreCreditGranted,
} from '../../../shared/contracts/refunds/events.ts';
import type { Shortage } from '../refund/allocation.ts';
import { componentTotals, draftEvent, eventData, illegal, type Outcome, settledFields } from '../refund/change.ts';
import { next } from '../refund/life-cycle.ts';
import { isDisputed, type OrderSnapshot } from '../refund/order-snapshot.ts';
import { isExchangeOpen, type Payout, type RefundItem } from '../refund/refund-item.ts';
import { type RefundLedger, release, reserve, reverse, settle, sumOf, zeroAmount } from '../refund/refund-ledger.ts';
import { refundableComponents } from '../refund/refundable-components.ts';

/** The result of one payout. `reportedAt` is the provider's time; a response to a request has none if it succeeded. */
export type ProviderResult = { providerRefundId?: string | undefined; reportedAt?: string | undefined } & (
  { kind: 'succeeded' } | { kind: 'failed'; failure: string }
);

/** Reads the parts of a payout reference. A notification may name only the refund. */
export function parsePayoutReference(reference: string): { refundId: string; index?: number; attempt?: number } {
  const [refundId = reference, index, attempt] = reference.split('.');
  return index === undefined || attempt === undefined
    ? { refundId }
    : { refundId, index: Number(index), attempt: Number(attempt) };
}

/** Records the intent to pay every due payout, before any provider is called. */
export function startPayout(refund: RefundItem): Outcome {
  if (refund.status === 'paying') return { kind: 'already-done', refund };
  const status = next(refund.status, 'pay');
  if (!status || refund.status !== 'approved') return illegal(refund, 'paid');
  const payouts = refund.payouts.map((payout) => (payout.state === 'due' ? newAttempt(payout) : payout));
  const after: RefundItem = { ...refund, status, payouts, version: refund.version + 1 };
  return { kind: 'changed', refund: after, events: [draftEvent(RefundPayoutStarted, eventData(after))] };
}

const newAttempt = ({ attempt, saidAt, failedBefore = [], ...payout }: Payout): Payout => ({
  ...payout,
  state: 'sent',
  attempt: attempt + 1,
  failedBefore: saidAt === undefined ? failedBefore : [...failedBefore, { attempt, saidAt }],
  failure: undefined,
  providerRefundId: undefined,
});

/** Whether an earlier attempt failed after this success. Such a late notification is not a second payment. */
export const failedAfterSuccess = ({ failedBefore = [] }: Payout, attempt: number, succeededAt: string): boolean =>
  failedBefore.some((earlier) => earlier.attempt === attempt && Date.parse(succeededAt) < Date.parse(earlier.saidAt));

/** Requests the replacement of an exchange, paid with the whole amount of the refund. */
export function startExchange(refund: RefundItem): Outcome {
  const status = next(refund.status, 'exchange');
  if (!status || !refund.exchange) return illegal(refund, 'exchanged');
  const after: RefundItem = { ...refund, status, version: refund.version + 1 };
  const payments = refund.payouts.map(({ provider, paymentId, amountMinor }) => ({ provider, paymentId, amountMinor }));
  const data = { ...eventData(after), lines: refund.exchange.lines, returned: returnedUnits(refund), payments };
  return { kind: 'changed', refund: after, events: [draftEvent(ExchangeApproved, data)] };
}

const returnedUnits = ({ payouts }: RefundItem) =>
  componentTotals(payouts).flatMap(({ pot, quantity }) =>
    pot.startsWith(linePrefix) && quantity > 0 ? [{ lineId: pot.slice(linePrefix.length), quantity }] : [],
  );
const linePrefix = 'line:';

/** Why a chargeback prevents the payout: it is open, or it took the money of a payment that the refund would use. */
export function blockedBy(refund: RefundItem, order: OrderSnapshot, ledger: RefundLedger): PayoutBlock | undefined {
  if (isDisputed(order)) return 'chargeback-open';
  const own = new Set(refund.payouts.filter(({ state }) => state === 'due').map(paymentComponent));
  const isTaken = refundableComponents(order, ledger).payments.some(
    ({ pot, captured, refunded, pending, lostMinor = 0 }) =>
      own.has(pot) && lostMinor > 0 && lostMinor + refunded.minor + pending.minor > captured.minor,
  );
  return isTaken ? 'chargeback-lost' : undefined;
}
type PayoutBlock = 'chargeback-open' | 'chargeback-lost';

/** Fails the due payouts of an order with a chargeback, before any provider is called. */
export function blockPayout(refund: RefundItem, ledger: RefundLedger, failure: PayoutBlock): Outcome {
  const status = next(refund.status, 'block');
  if (!status)
    return illegal(
      refund,
      failure === 'chargeback-open' ? 'paid while a chargeback is open' : 'paid after a lost chargeback',
    );
  const payouts = refund.payouts.map((payout): Payout =>
    payout.state === 'due' ? { ...payout, state: 'failed', failure } : payout,
  );
  // A blocked exchange is refused, because a later retry pays its amount out.
  const exchange =
    refund.exchange && isExchangeOpen(refund) ? { ...refund.exchange, refusal: failure } : refund.exchange;
  const after: RefundItem = { ...refund, exchange, status, payouts, version: refund.version + 1 };
  const blocked = payouts.filter(isUnpaid);
  const events = blocked.map((payout) =>
    draftEvent(RefundPayoutFailed, { ...eventData(after), ...paidFields(refund, payout), failure, wasPaid: false }),
  );
  return { kind: 'changed', refund: after, ledger: nextVersion(blocked.reduce(release, ledger)), events };
}

/** Applies a provider's result. A known result, one of an earlier attempt, or an outdated one changes nothing. */
export function applyProviderResult(
  refund: RefundItem,
  ledger: RefundLedger,
  index: number,
  attempt: number,
  result: ProviderResult,
): Outcome {
  const payout = refund.payouts[index];
  if (!payout || payout.state === 'exchanged' || payout.attempt !== attempt || isOutdated(payout, result))
    return { kind: 'already-done', refund };
  return result.kind === 'succeeded'
    ? applySuccess(refund, ledger, index, payout, result)
    : applyFailure(refund, ledger, index, payout, result);
}

const isOutdated = ({ saidAt }: Payout, { reportedAt }: ProviderResult) =>
  reportedAt !== undefined && saidAt !== undefined && Date.parse(reportedAt) < Date.parse(saidAt);

function applySuccess(
  refund: RefundItem,
  ledger: RefundLedger,
  index: number,
  payout: Payout,
  { providerRefundId, reportedAt: saidAt }: Extract<ProviderResult, { kind: 'succeeded' }>,
): Outcome {
  if (payout.state === 'succeeded') return { kind: 'already-done', refund };
  // A failure released the amount, which another refund may have paid since. The payment is recorded all the same.
  const reserved = payout.state === 'failed' ? reserve(ledger, [payout]) : ledger;
  const paid: Payout = { ...payout, state: 'succeeded', providerRefundId, saidAt, failure: undefined };
  const after = withPayout(refund, index, paid);
  const events = [draftEvent(RefundPaid, { ...eventData(after), ...paidFields(refund, payout), providerRefundId })];
  if (payout.isCredited) {
    const { provider, paymentId, amountMinor: twiceMinor } = payout;
    events.push(draftEvent(RefundPaidTwice, { ...eventData(after), provider, paymentId, twiceMinor }));
  }
  return { kind: 'changed', refund: after, ledger: nextVersion(settle(reserved, payout)), events };
}

function applyFailure(
  refund: RefundItem,
  ledger: RefundLedger,
  index: number,
  payout: Payout,
  { failure, providerRefundId, reportedAt: saidAt }: Extract<ProviderResult, { kind: 'failed' }>,
): Outcome {
  if (payout.state === 'failed') return { kind: 'already-done', refund };
  const wasPaid = payout.state === 'succeeded';
  const after = withPayout(refund, index, { ...payout, state: 'failed', failure, providerRefundId, saidAt });
  const event = draftEvent(RefundPayoutFailed, {
    ...eventData(after),
    ...paidFields(refund, payout),
    failure,
    wasPaid,
  });
  const released = wasPaid ? reverse(ledger, payout) : release(ledger, payout);
  return { kind: 'changed', refund: after, ledger: nextVersion(released), events: [event] };
}

const nextVersion = (ledger: RefundLedger): RefundLedger => ({ ...ledger, version: ledger.version + 1 });

const paidFields = (refund: RefundItem, payout: Payout) => ({
  provider: payout.provider,
  paymentId: payout.paymentId,
  paidMinor: payout.amountMinor,
  ...settledFields(refund, [payout]),
});

/** Replaces one payout. The refund's status follows from all of its payouts. */
function withPayout(refund: RefundItem, index: number, payout: Payout): RefundItem {
  const payouts = refund.payouts.toSpliced(index, 1, payout);
  const isOpen = payouts.some(({ state }) => state === 'sent' || state === 'due');
  const command = payouts.some(isUnpaid) ? 'fail' : 'succeed';
  const status = isOpen ? refund.status : (next(refund.status, command) ?? refund.status);
  return { ...refund, payouts, status, version: refund.version + 1 };
}

/** Whether a payout failed and the customer got no store credit for it. */
const isUnpaid = ({ state, isCredited = false }: Payout): boolean => state === 'failed' && !isCredited;

/** Records a new attempt for the failed payouts, if their components still have the amounts. */
export function retryPayout(refund: RefundItem, order: OrderSnapshot, ledger: RefundLedger): Outcome {
  const status = next(refund.status, 'pay');
  if (!status || refund.status !== 'payout-failed') return illegal(refund, 'paid again');
  if (isDisputed(order)) return { kind: 'chargeback-open' };
  const unpaid = refund.payouts.filter(isUnpaid);
  const shortages = shortagesOf(order, ledger, unpaid);
  if (shortages.length > 0) return { kind: 'not-refundable', pots: shortages };
  const payouts = refund.payouts.map((payout) => (isUnpaid(payout) ? newAttempt(payout) : payout));
  const after: RefundItem = { ...refund, status, payouts, version: refund.version + 1 };
  const events = [draftEvent(RefundPayoutStarted, eventData(after))];
  return { kind: 'changed', refund: after, ledger: nextVersion(reserve(ledger, unpaid)), events };
}

/** Grants store credit for the failed payouts. Their amounts count as refunded, so that no later refund pays them again. */
export function convertToStoreCredit(refund: RefundItem, order: OrderSnapshot, ledger: RefundLedger): Outcome {
  if (refund.status === 'store-credit') return { kind: 'already-done', refund };
  const status = next(refund.status, 'credit');
  if (!status) return illegal(refund, 'turned into store credit');
  if (isDisputed(order)) return { kind: 'chargeback-open' };
  const unpaid = refund.payouts.filter(isUnpaid);
  const shortages = shortagesOf(order, ledger, unpaid);
  if (shortages.length > 0) return { kind: 'not-refundable', pots: shortages };
  const payouts = refund.payouts.map((payout) => (isUnpaid(payout) ? { ...payout, isCredited: true } : payout));
  const after: RefundItem = { ...refund, status, payouts, version: refund.version + 1 };
  const credited = unpaid.reduce((sum, payout) => settle(reserve(sum, [payout]), payout), ledger);
  const data = {
    ...eventData(after),
    customerId: refund.customerId,
    creditMinor: sumOf(unpaid.map(({ amountMinor }) => amountMinor)),
    ...settledFields(refund, unpaid),
  };
  const events = [draftEvent(StoreCreditGranted, data)];
  return { kind: 'changed', refund: after, ledger: nextVersion(credited), events };
}

/** Components and payments with less money, tax or units than the payouts need. */
function shortagesOf(order: OrderSnapshot, ledger: RefundLedger, payouts: readonly Payout[]): Shortage[] {
  const { goods, payments } = refundableComponents(order, ledger);
  const refundable = new Map([...goods, ...payments].map(({ pot, refundable: left }) => [pot, left]));
  const needed = [
    ...componentTotals(payouts).filter(({ pot }) => pot !== 'goodwill'),
    ...payouts.map((payout) => ({
      pot: paymentComponent(payout),
      amountMinor: payout.amountMinor,
      taxMinor: 0,
      quantity: 0,
    })),
  ];
  return needed.flatMap(({ pot, amountMinor, taxMinor, quantity }) => {
    const left = refundable.get(pot) ?? zeroAmount;
    if (amountMinor <= left.minor && taxMinor <= left.taxMinor && quantity <= left.quantity) return [];
    const money = { pot, requestedMinor: amountMinor, refundableMinor: left.minor };
    const units = { requestedQuantity: quantity, refundableQuantity: left.quantity };
    return quantity === 0 ? money : Object.assign(money, units);
  });
}
