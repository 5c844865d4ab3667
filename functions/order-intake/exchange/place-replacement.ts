import assert from 'node:assert';
import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import type { Cause, DataOf } from '../../../shared/contracts/define-event.ts';
import type { ExchangeApproved } from '../../../shared/contracts/refunds/events.ts';
import { contentHash, orderIdOf, replacementNameOf } from '../../../shared/ids.ts';
import type { Channels, SellingPolicy } from '../../../shared/store.ts';
import { type Decision, decide, type Placement } from '../order/decide.ts';
import type { ExchangeStore } from './exchange-store.ts';
import type { OrderItem } from '../order/order-item.ts';
import type { ExpireHolds } from '../order/hold-expiry-job.ts';
import type { OrderStore } from '../order/order-store.ts';
import type { PlacementStore } from '../order/placement-store.ts';

/** Others may take the same stock at once; then the queue brings it again. */
const patienceMs = 10_000;
const weekMinutes = 7 * 24 * 60;

type Approved = DataOf<typeof ExchangeApproved>;

type Stores = {
  orders: Pick<OrderStore, 'read'>;
  placements: Pick<PlacementStore, 'load'>;
  exchanges: ExchangeStore;
};

/**
 * Places the order that replaces returned goods, or refuses it, once and for all: the money may have gone back since a
 * refusal, and must not pay for goods as well.
 */
export const placeReplacement =
  (
    { orders, placements, exchanges }: Stores,
    channels: Channels,
    policy: SellingPolicy,
    expireHolds: ExpireHolds,
  ) =>
  (approved: Approved, cause: Cause): Promise<'placed' | 'refused'> => {
    let areHoldsEnded = false;
    return retryOnConflict(patienceMs, async () => {
      const [returned] = await orders.read([approved.orderId]);
      assert(returned, `There is no order ${approved.orderId}, of which goods are exchanged`);
      const placement = placementFor(approved, returned, channels, policy, cause.now);
      const known = await exchanges.outcome(placement.orderId);
      if (known) return known;
      const decision = decide(placement, await placements.load(placement, true), policy);
      // By somebody else, since the outcome was read: nobody but this has its content hash.
      if (decision.kind === 'already-placed') return 'placed';
      const refusal = isDisputed(returned) ? 'chargeback-open' : refusalOf(decision);
      if (decision.kind === 'accepted' && !refusal) {
        return (await exchanges.place(decision, placement.contentHash, cause)) === 'done' ? 'placed' : undefined;
      }
      assert(refusal, 'What is not placed has a reason');
      // Decided again until that is after all holds have ended that are over: what is refused here is refused for good.
      if (refusal === 'out-of-stock' && !areHoldsEnded) {
        areHoldsEnded = (await expireHolds(cause)) === 'all-expired';
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

/** The replacement goes where the returned goods went. It waits longer for money than a buyer at the checkout does. */
function placementFor(
  { refundId, orderId, lines, payments }: Approved,
  returned: OrderItem,
  channels: Channels,
  { exchangePaymentMinutes: paymentWindowMinutes = weekMinutes }: SellingPolicy,
  now: number,
): Placement {
  const { channel, currency, customer, shippingAddress, billingAddress } = returned;
  const externalOrderId = replacementNameOf(refundId);
  const own = Object.values(channels).find((known) => known.channel === channel);
  return {
    orderId: orderIdOf(channel, externalOrderId),
    contentHash: contentHash({ refundId, lines }),
    content: { externalOrderId, currency, customer, shippingAddress, billingAddress, lines },
    channel: { channel, pricesItself: own?.pricesItself ?? false, paymentWindowMinutes },
    now,
    exchangeOf: { orderId, refundId, payments },
  };
}

/** Whether the bank decides on the money that is to pay for the replacement. */
const isDisputed = ({ payments = [] }: OrderItem) => payments.some(({ type }) => type === 'chargeback.opened');

/** Why there will be no such order, as a problem type. */
function refusalOf(decision: Decision): string | undefined {
  if (decision.kind === 'invalid') return decision.type;
  return decision.kind === 'out-of-stock' || decision.kind === 'order-conflict' ? decision.kind : undefined;
}
