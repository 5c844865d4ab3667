import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import type { Cause } from '../../../shared/contracts/define-event.ts';
import { contentHash, refundIdOf } from '../../../shared/ids.ts';
import { type RequestSnapshot, request } from '../requests/decide.ts';
import type { OrderSnapshot } from '../refund/order-snapshot.ts';
import { sumOf, emptyLedger } from '../refund/refund-ledger.ts';
import { type RefundableComponent, refundableComponents } from '../refund/refundable-components.ts';
import type { RefundStore } from '../refund/store.ts';

const patienceMs = 10_000;

/**
 * Asks for the money that an order has beyond what is due since units of it were cancelled, it was edited or it expired,
 * once for each event that may have made it so: of that change, or of a payment after it. The policy decides as for
 * anybody's request.
 */
export const refundOverpayment =
  (store: Pick<RefundStore, 'known' | 'commit'>, deadlineOf: (known: RequestSnapshot, now: number) => string) =>
  async (orderId: string, cause: Cause): Promise<void> => {
    const requestId = `cancellation-${cause.causationId}`;
    const refundId = refundIdOf(orderId, requestId);
    await retryOnConflict(patienceMs, async () => {
      const known = await store.known(orderId, refundId);
      if (!known) throw new Error(`There is no order ${orderId}`);
      const overpaidMinor = overpaidBy(known);
      if (known.refund || overpaidMinor === 0) return 'done';
      const content = { requestId, reason: 'cancelled', overpaidMinor };
      const { actor: by, now } = cause;
      const hash = contentHash({ orderId, ...content });
      const asked = { refundId, content, contentHash: hash, by, now, deadlineAt: deadlineOf(known, now) };
      const outcome = request(asked, known);
      // The bank decides on the money of a disputed order.
      if (outcome.kind === 'chargeback-open') return 'done';
      if (outcome.kind !== 'changed') throw new Error(`Cannot refund ${overpaidMinor} of ${orderId}: ${outcome.kind}`);
      return (await store.commit(outcome, known, cause)) === 'done' ? 'done' : undefined;
    });
  };

/**
 * What is owed without doubt, as far as the payments still have it. Too much paid for an order that did not change is
 * staff's to look at, and so is money of units that may be the very ones that were refunded before.
 */
function overpaidBy({ order, ledger = emptyLedger(order.orderId) }: RequestSnapshot): number {
  const { goods, payments } = refundableComponents(order, ledger);
  const byName = new Map(goods.map((pot) => [pot.pot, pot]));
  const overpaidMinor = byName.get('overpaid')?.refundable.minor ?? 0;
  const owedMinor = () => {
    if (order.status === 'expired') return overpaidMinor;
    // What is cancelled may have been worth nothing.
    const isUncancelled = order.cancelledMinor === 0 && order.status !== 'cancelled';
    if (isUncancelled) return Math.min(overpaidMinor, loweredBy(order) - takenOf(goods));
    const doubtfulMinor = order.lines.map((line) => {
      const pot = byName.get(`line:${line.lineId}`);
      return pot ? doubtfulOf(line, pot) : 0;
    });
    return overpaidMinor - sumOf(doubtfulMinor);
  };
  return Math.max(0, Math.min(owedMinor(), sumOf(payments.map(({ refundable }) => refundable.minor))));
}

/** By how much the order comes to less now than it once did before it was edited. */
function loweredBy({ edits }: OrderSnapshot): number {
  let loweredMinor = 0;
  for (const { differenceMinor } of edits) loweredMinor = Math.max(0, loweredMinor - differenceMinor);
  return loweredMinor;
}

const takenOf = (pots: readonly RefundableComponent[]): number =>
  sumOf(pots.map(({ refunded, pending }) => refunded.minor + pending.minor));

/** What went back for units that were not shipped, as far as it may have been for the cancelled ones. */
function doubtfulOf({ cancelledQuantity, shippedQuantity }: OrderSnapshot['lines'][number], pot: RefundableComponent): number {
  const { captured, refunded, pending } = pot;
  const units = refunded.quantity + pending.quantity;
  const sameUnits = Math.min(cancelledQuantity, units - shippedQuantity);
  if (sameUnits <= 0) return 0;
  const takenMinor = refunded.minor + pending.minor;
  // The part beyond what the line is worth now is not in the overpaid pot to begin with.
  return Math.max(0, Math.ceil((takenMinor * sameUnits) / units) - Math.max(0, takenMinor - captured.minor));
}
