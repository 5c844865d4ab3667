import assert from 'node:assert';
import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import type { Cause, DataOf } from '../../../shared/contracts/define-event.ts';
import type { ExchangeApproved } from '../../../shared/contracts/refunds/events.ts';
import { contentHash, orderIdOf, replacementNameOf } from '../../../shared/ids.ts';
import type { Channels, SellingPolicy } from '../../../shared/store.ts';
import { type Decision, decide, type Placement, type PlacementState, stateOf } from '../order/decide.ts';
import { linesAtKeptPrices } from './kept-price.ts';
import type { ExchangeStore } from './exchange-store.ts';
import { hasOpenDispute } from '../../../shared/payments/dispute.ts';
import type { OrderItem } from '../order/order-item.ts';
import type { ExpireHolds } from '../order/hold-expiry-job.ts';
import type { OrderStore } from '../order/order-store.ts';
import type { PlacementStore } from '../order/placement-store.ts';

/** After it the queue retries the message. */
const usualRetryBudgetMs = 10_000;
const weekMinutes = 7 * 24 * 60;

type Approved = DataOf<typeof ExchangeApproved>;

type Stores = {
  orders: Pick<OrderStore, 'read'>;
  placements: Pick<PlacementStore, 'loadAll'>;
  exchanges: ExchangeStore;
};

/**
 * Places or refuses the order that replaces returned goods. The outcome is final: after a refusal the money may be
 * refunded, so that it cannot pay for a replacement.
 */
export const placeReplacement =
  (
    { orders, placements, exchanges }: Stores,
    channels: Channels,
    policy: SellingPolicy,
    expireHolds: ExpireHolds,
    retryBudgetMs = usualRetryBudgetMs,
  ) =>
  (approved: Approved, cause: Cause): Promise<'placed' | 'refused'> => {
    let isExpiryComplete = false;
    return retryOnConflict(retryBudgetMs, async () => {
      const [returned] = await orders.read([approved.orderId]);
      assert(returned, `The exchanged order ${approved.orderId} does not exist`);
      const placement = placementFor(approved, returned, channels, policy, cause.now);
      const earlier = await exchanges.outcome(placement.orderId);
      if (earlier) return earlier;
      const states = await placements.loadAll([placement], true);
      // A replacement gets no promotion of its own.
      const state = { ...stateOf(states, placement.orderId), promotions: undefined };
      const decision = decideAtKeptPrices(placement, state, policy, returned, approved);
      assert(decision.kind !== 'incomplete', 'Only promotions make a decision incomplete');
      // A concurrent attempt placed it after the outcome was read. Only exchanges have this content hash.
      if (decision.kind === 'already-placed') return 'placed';
      const refusal = isDisputed(returned) ? 'chargeback-open' : refusalOf(decision);
      if (decision.kind === 'accepted' && !refusal) {
        return (await exchanges.place(decision, placement.contentHash, cause)) === 'done' ? 'placed' : undefined;
      }
      assert(refusal, 'A replacement that is not placed has a reason');
      // The refusal is final, so that all overdue reservations expire before it.
      if (refusal === 'out-of-stock' && !isExpiryComplete) {
        isExpiryComplete = (await expireHolds(cause)) === 'all-expired';
        return undefined;
      }
      const refused = {
        orderId: placement.orderId,
        externalOrderId: placement.content.externalOrderId,
        channel: returned.channel,
        exchangeOf: { orderId: approved.orderId, refundId: approved.refundId },
        reason: refusal,
      };
      return (await exchanges.refuse(refused, cause)) === 'done' ? 'refused' : undefined;
    });
  };

/** The replacement has the customer and addresses of the returned order. It has its own, longer payment window. */
function placementFor(
  { refundId, orderId, lines, payments }: Approved,
  returned: OrderItem,
  channels: Channels,
  { exchangePaymentMinutes: paymentWindowMinutes = weekMinutes }: SellingPolicy,
  now: number,
): Placement {
  const { channel, currency, customer, shippingAddress, billingAddress } = returned;
  const externalOrderId = replacementNameOf(refundId);
  const { pricesItself = false, taxIncluded } = Object.values(channels).find((each) => each.channel === channel) ?? {};
  return {
    orderId: orderIdOf(channel, externalOrderId),
    contentHash: contentHash({ refundId, lines }),
    content: { externalOrderId, currency, customer, shippingAddress, billingAddress, lines },
    channel: { channel, pricesItself, taxIncluded, paymentWindowMinutes },
    now,
    exchangeOf: { orderId, refundId, payments },
  };
}

/** Decides at today's prices, and again with the discounts of returned units of the same price. */
function decideAtKeptPrices(
  placement: Placement,
  state: PlacementState,
  policy: SellingPolicy,
  returnedOrder: OrderItem,
  { returned = [] }: Approved,
) {
  const decision = decide(placement, state, policy);
  if (decision.kind !== 'accepted') return decision;
  const lines = linesAtKeptPrices(placement.content.lines, decision.order, returnedOrder, returned);
  if (!lines) return decision;
  const channel = { ...placement.channel, pricesItself: true };
  return decide({ ...placement, channel, content: { ...placement.content, lines } }, state, policy);
}

/** Whether a chargeback is open on the payments that would pay for the replacement. */
const isDisputed = ({ payments = [] }: OrderItem) => hasOpenDispute(payments);

/** The reason of a refusal, as a problem type. */
function refusalOf(decision: Decision): string | undefined {
  if (decision.kind === 'invalid') return decision.type;
  return decision.kind === 'out-of-stock' || decision.kind === 'order-conflict' ? decision.kind : undefined;
}
