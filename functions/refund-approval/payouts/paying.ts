import {
  RefundPaid,
  RefundPaidTwice,
  RefundPayoutFailed,
  RefundPayoutStarted,
  StoreCreditGranted,
} from '../../../shared/contracts/refunds/events.ts';
import { type Change, eventData, illegal, type Outcome, componentTotals, draftEvent } from '../refund/change.ts';
import { isExchangeOpen } from '../exchanges/exchange.ts';
import { next } from '../refund/life-cycle.ts';
import { isDisputed, type OrderSnapshot } from '../refund/order-snapshot.ts';
import { type RefundLedger, release, paymentComponent, reserve, reverse, settle } from '../refund/refund-ledger.ts';
import { type Shortage } from '../refund/allocation.ts';
import { refundableComponents } from '../refund/refundable-components.ts';
import type { Payout, RefundItem } from '../refund/refund-item.ts';

/** What a provider said of one leg; `saidAt` is its own time, where it has told one. */
export type ProviderWord = { providerRefundId?: string | undefined; saidAt?: string | undefined } & (
  { kind: 'succeeded' } | { kind: 'failed'; failure: string }
);

/** By which a provider knows one attempt at one leg: the same however often the call is made, another for a new attempt. */
export const payoutReference = (refundId: string, index: number, attempt: number) => `${refundId}.${index}.${attempt}`;

/** The refund and, if the reference names them, the leg and the attempt that a provider's word is about. */
export function parseReference(reference: string): { refundId: string; index?: number; attempt?: number } {
  const [refundId = reference, index, attempt] = reference.split('.');
  return index === undefined || attempt === undefined
    ? { refundId }
    : { refundId, index: Number(index), attempt: Number(attempt) };
}

/** Records the intent to pay all legs that are due, before any provider is called. */
export function startPayout(refund: RefundItem): Outcome {
  if (refund.status === 'paying') return { kind: 'already-done', refund };
  const status = next(refund.status, 'pay');
  if (!status || refund.status !== 'approved') return illegal(refund, 'paid');
  const payouts = refund.payouts.map((leg) => (leg.state === 'due' ? sent(leg) : leg));
  const after: RefundItem = { ...refund, status, payouts, version: refund.version + 1 };
  return { kind: 'changed', refund: after, events: [draftEvent(RefundPayoutStarted, eventData(after))] };
}

const sent = ({ attempt, saidAt, failedBefore = [], ...leg }: Payout): Payout => ({
  ...leg,
  state: 'sent',
  attempt: attempt + 1,
  failedBefore: saidAt === undefined ? failedBefore : [...failedBefore, { attempt, saidAt }],
  failure: undefined,
  providerRefundId: undefined,
});

/** Whether an attempt succeeded, as is told late, before it failed and was made again: that is no second payment. */
export const failedSince = ({ failedBefore = [] }: Payout, attempt: number, succeededAt: string): boolean =>
  failedBefore.some((earlier) => earlier.attempt === attempt && Date.parse(succeededAt) < Date.parse(earlier.saidAt));

/** Ends a payout before it begins, as the bank decides on the order's money now; the provider was not asked. */
export function blockPayout(refund: RefundItem, account: RefundLedger): Outcome {
  const status = next(refund.status, 'block');
  if (!status) return illegal(refund, 'paid while a chargeback is open');
  const failure = 'chargeback-open';
  const payouts = refund.payouts.map((leg): Payout =>
    leg.state === 'due' ? { ...leg, state: 'failed', failure } : leg,
  );
  // Whoever settles it later settles the money.
  const exchange =
    refund.exchange && isExchangeOpen(refund) ? { ...refund.exchange, refusal: failure } : refund.exchange;
  const after: RefundItem = { ...refund, exchange, status, payouts, version: refund.version + 1 };
  const blocked = payouts.filter(isUnpaid);
  const events = blocked.map((leg) =>
    draftEvent(RefundPayoutFailed, { ...eventData(after), ...paidOf(leg), failure, wasPaid: false }),
  );
  return { kind: 'changed', refund: after, ledger: changedAccount(blocked.reduce(release, account)), events };
}

/**
 * Takes a provider's word on a leg. What is known already, is about an earlier attempt, or was overtaken by a later word,
 * changes nothing.
 */
export function hear(
  refund: RefundItem,
  account: RefundLedger,
  index: number,
  attempt: number,
  word: ProviderWord,
): Outcome {
  const leg = refund.payouts[index];
  if (!leg || leg.state === 'exchanged' || leg.attempt !== attempt || isOvertaken(leg, word))
    return { kind: 'already-done', refund };
  return word.kind === 'succeeded'
    ? succeeded(refund, account, index, leg, word)
    : failed(refund, account, index, leg, word);
}

const isOvertaken = (leg: Payout, { saidAt }: ProviderWord) =>
  saidAt !== undefined && leg.saidAt !== undefined && Date.parse(saidAt) < Date.parse(leg.saidAt);

function succeeded(
  refund: RefundItem,
  account: RefundLedger,
  index: number,
  leg: Payout,
  { providerRefundId, saidAt }: Extract<ProviderWord, { kind: 'succeeded' }>,
): Outcome {
  if (leg.state === 'succeeded') return { kind: 'already-done', refund };
  // After a failure its money was free again, and may have gone out by another refund: the books must still tell the truth.
  const open = leg.state === 'failed' ? reserve(account, [leg]) : account;
  const after = withLeg(refund, index, { ...leg, state: 'succeeded', providerRefundId, saidAt, failure: undefined });
  const events = [draftEvent(RefundPaid, { ...eventData(after), ...paidOf(leg), providerRefundId })];
  if (leg.isCredited) {
    const { provider, paymentId, amountMinor: twiceMinor } = leg;
    events.push(draftEvent(RefundPaidTwice, { ...eventData(after), provider, paymentId, twiceMinor }));
  }
  return { kind: 'changed', refund: after, ledger: changedAccount(settle(open, leg)), events };
}

/** What the customer has both as money and as credit, as a payment arrived that had failed by all that was known. */
export const paidTwice = ({ payouts }: Pick<RefundItem, 'payouts'>): number =>
  sumOf(payouts.filter(({ state, isCredited }) => state === 'succeeded' && isCredited));

function failed(
  refund: RefundItem,
  account: RefundLedger,
  index: number,
  leg: Payout,
  { failure, providerRefundId, saidAt }: Extract<ProviderWord, { kind: 'failed' }>,
): Outcome {
  if (leg.state === 'failed') return { kind: 'already-done', refund };
  const wasPaid = leg.state === 'succeeded';
  const after = withLeg(refund, index, { ...leg, state: 'failed', failure, providerRefundId, saidAt });
  const event = draftEvent(RefundPayoutFailed, { ...eventData(after), ...paidOf(leg), failure, wasPaid });
  const freed = wasPaid ? reverse(account, leg) : release(account, leg);
  return { kind: 'changed', refund: after, ledger: changedAccount(freed), events: [event] };
}

const changedAccount = (account: RefundLedger): RefundLedger => ({ ...account, version: account.version + 1 });

const paidOf = (leg: Payout) => ({
  provider: leg.provider,
  paymentId: leg.paymentId,
  paidMinor: leg.amountMinor,
  pots: componentTotals([leg]),
});

/** The refund with one leg changed; its state follows from all of them. */
function withLeg(refund: RefundItem, index: number, leg: Payout): RefundItem {
  const payouts = refund.payouts.toSpliced(index, 1, leg);
  const isOpen = payouts.some(({ state }) => state === 'sent' || state === 'due');
  const command = payouts.some(isUnpaid) ? 'fail' : 'succeed';
  const status = isOpen ? refund.status : (next(refund.status, command) ?? refund.status);
  return { ...refund, payouts, status, version: refund.version + 1 };
}

/** Whether the customer still has nothing for the leg, and nothing is on its way. */
const isUnpaid = ({ state, isCredited = false }: Payout): boolean => state === 'failed' && !isCredited;

/** Pays the failed legs again, if their pots still have the money. */
export function retry(refund: RefundItem, order: OrderSnapshot, account: RefundLedger): Outcome {
  const status = next(refund.status, 'pay');
  if (!status || refund.status !== 'payout-failed') return illegal(refund, 'paid again');
  if (isDisputed(order)) return { kind: 'chargeback-open' };
  const failedLegs = refund.payouts.filter(isUnpaid);
  const short = shortOf(order, account, failedLegs);
  if (short.length > 0) return { kind: 'not-refundable', pots: short };
  const payouts = refund.payouts.map((leg) => (isUnpaid(leg) ? sent(leg) : leg));
  const after: RefundItem = { ...refund, status, payouts, version: refund.version + 1 };
  const set = reserve(account, failedLegs);
  return {
    kind: 'changed',
    refund: after,
    ledger: changedAccount(set),
    events: [draftEvent(RefundPayoutStarted, eventData(after))],
  };
}

/** Gives the failed legs as credit with the store: what they are for is refunded, no payment has to give it. */
export function toStoreCredit(refund: RefundItem, order: OrderSnapshot, account: RefundLedger): Outcome {
  if (refund.status === 'store-credit') return { kind: 'already-done', refund };
  const status = next(refund.status, 'credit');
  if (!status) return illegal(refund, 'turned into store credit');
  if (isDisputed(order)) return { kind: 'chargeback-open' };
  const failedLegs = refund.payouts.filter(isUnpaid);
  const short = shortOf(order, account, failedLegs);
  if (short.length > 0) return { kind: 'not-refundable', pots: short };
  const payouts = refund.payouts.map((leg) => (isUnpaid(leg) ? { ...leg, isCredited: true } : leg));
  const after: RefundItem = { ...refund, status, payouts, version: refund.version + 1 };
  // The credit stands for the captured money: no later refund may pay it out once more.
  const taken = failedLegs.reduce((sum, leg) => settle(reserve(sum, [leg]), leg), account);
  const data = {
    ...eventData(after),
    customerId: refund.customerId,
    creditMinor: sumOf(failedLegs),
    pots: componentTotals(failedLegs),
  };
  return {
    kind: 'changed',
    refund: after,
    ledger: changedAccount(taken),
    events: [draftEvent(StoreCreditGranted, data)],
  } satisfies Change;
}

const sumOf = (legs: readonly Payout[]) => legs.reduce((sum, { amountMinor }) => sum + amountMinor, 0);

/** Pots that do not have what the legs would draw from them: money, the tax in it, or units. */
function shortOf(order: OrderSnapshot, account: RefundLedger, legs: readonly Payout[]): Shortage[] {
  const { goods, payments } = refundableComponents(order, account);
  const refundable = new Map([...goods, ...payments].map(({ pot, refundable: left }) => [pot, left]));
  const wanted = [
    ...componentTotals(legs).filter(({ pot }) => pot !== 'goodwill'),
    ...legs.map((leg) => ({ pot: paymentComponent(leg), amountMinor: leg.amountMinor, taxMinor: 0, quantity: 0 })),
  ];
  return wanted.flatMap(({ pot, amountMinor, taxMinor, quantity }) => {
    const left = refundable.get(pot) ?? { minor: 0, taxMinor: 0, quantity: 0 };
    if (amountMinor <= left.minor && taxMinor <= left.taxMinor && quantity <= left.quantity) return [];
    const money = { pot, requestedMinor: amountMinor, refundableMinor: left.minor };
    const units = { requestedQuantity: quantity, refundableQuantity: left.quantity };
    return quantity === 0 ? money : Object.assign(money, units);
  });
}
