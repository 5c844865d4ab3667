import type { Cause } from '../../../shared/contracts/define-event.ts';
import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import { contentHash, refundIdOf } from '../../../shared/ids.ts';
import { changeRetryBudgetMs } from '../refund/apply.ts';
import type { Outcome } from '../refund/change.ts';
import type { OrderSnapshot, RefundSnapshot } from '../refund/order-snapshot.ts';
import { emptyLedger, sumOf } from '../refund/refund-ledger.ts';
import { type RefundableComponent, refundableComponents } from '../refund/refundable-components.ts';
import type { RefundStore } from '../refund/store.ts';

/** A request of the workflow itself for overpaid money. */
type OverpaymentRequest = {
  refundId: string;
  content: { requestId: string; reason: string; overpaidMinor: number };
  contentHash: string;
  by: string;
  causedBy: string;
  now: number;
  deadlineAt: string;
};

type Dependencies<S extends RefundSnapshot> = {
  store: Pick<RefundStore, 'commit'> & {
    requestSnapshot: (ids: { orderId: string; refundId: string }, now: number) => Promise<S | undefined>;
  };
  /** Decides on the request by the policy, as on any other. */
  request: (asked: OverpaymentRequest, snapshot: S) => Outcome;
  /** The time at which a request made at `now` expires. */
  deadlineOf: (snapshot: S, now: number) => string;
};

/**
 * Requests the refund of overpaid money after an event that may cause it: a cancellation, an edit, an expiry, or a later
 * payment. `causedBy` is the actor of the event. The request id derives from the event, so that each event requests at most one refund.
 */
export const refundOverpayment =
  <S extends RefundSnapshot>({ store, request, deadlineOf }: Dependencies<S>) =>
  async (orderId: string, causedBy: string, cause: Cause): Promise<void> => {
    const requestId = `cancellation-${cause.causationId}`;
    const refundId = refundIdOf(orderId, requestId);
    await retryOnConflict(changeRetryBudgetMs, async () => {
      const snapshot = await store.requestSnapshot({ orderId, refundId }, cause.now);
      if (!snapshot) throw new Error(`The order ${orderId} does not exist`);
      const overpaidMinor = overpaymentOf(snapshot);
      if (snapshot.refund || overpaidMinor === 0) return 'done';
      const content = { requestId, reason: 'cancelled', overpaidMinor };
      const { actor: by, now } = cause;
      const hash = contentHash({ orderId, ...content });
      const asked = { refundId, content, contentHash: hash, by, causedBy, now, deadlineAt: deadlineOf(snapshot, now) };
      const outcome = request(asked, snapshot);
      if (outcome.kind === 'chargeback-open') return 'done';
      if (outcome.kind !== 'changed') throw new Error(`Cannot refund ${overpaidMinor} of ${orderId}: ${outcome.kind}`);
      return (await store.commit(outcome, snapshot, cause)) === 'done' ? 'done' : undefined;
    });
  };

/**
 * The overpaid amount that is certain and that the payments still have. Staff decide on the rest: too much paid for an
 * unchanged order, and money for units that may have been refunded before their cancellation.
 */
function overpaymentOf({ order, ledger = emptyLedger(order.orderId) }: RefundSnapshot): number {
  const { goods, payments } = refundableComponents(order, ledger);
  const byName = new Map(goods.map((component) => [component.pot, component]));
  const overpaidMinor = byName.get('overpaid')?.refundable.minor ?? 0;
  const certainMinor = () => {
    if (order.status === 'expired') return overpaidMinor;
    // Cancelled units may have had a price of 0, so the status counts as well.
    const isUncancelled = order.cancelledMinor === 0 && order.status !== 'cancelled';
    if (isUncancelled) return Math.min(overpaidMinor, reductionByEdits(order) - refundedOrPending(goods));
    const uncertainMinor = order.lines.map((line) => {
      const component = byName.get(`line:${line.lineId}`);
      return component ? refundedBeforeCancellation(line, component) : 0;
    });
    return overpaidMinor - sumOf(uncertainMinor);
  };
  return Math.max(0, Math.min(certainMinor(), sumOf(payments.map(({ refundable }) => refundable.minor))));
}

/** The amount by which edits reduced the total below its highest earlier value. */
function reductionByEdits({ edits }: OrderSnapshot): number {
  let reductionMinor = 0;
  for (const { differenceMinor } of edits) reductionMinor = Math.max(0, reductionMinor - differenceMinor);
  return reductionMinor;
}

const refundedOrPending = (components: readonly RefundableComponent[]): number =>
  sumOf(components.map(({ refunded, pending }) => refunded.minor + pending.minor));

/** The refunded amount of unshipped units that may be the cancelled ones. */
function refundedBeforeCancellation(
  { cancelledQuantity, shippedQuantity, refundedQuantity }: OrderSnapshot['lines'][number],
  { captured, refunded, pending }: RefundableComponent,
): number {
  const units = refunded.quantity + pending.quantity;
  const sameUnits = Math.min(cancelledQuantity - refundedQuantity, units - refundedQuantity - shippedQuantity);
  if (sameUnits <= 0) return 0;
  const refundedMinor = refunded.minor + pending.minor;
  // `overpaid` excludes the part above the line's current value already.
  return Math.max(0, Math.ceil((refundedMinor * sameUnits) / units) - Math.max(0, refundedMinor - captured.minor));
}
