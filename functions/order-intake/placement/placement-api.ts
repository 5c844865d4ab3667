import type { placeOrder as placeOrderRoute } from '../../../shared/contracts/orders/routes.ts';
import type { HttpResponse } from '../../../shared/contracts/problem.ts';
import { contentHash, orderIdOf } from '../../../shared/ids.ts';
import { orderHash } from '../../../shared/orders/equal-order.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import type { Channels, SellingPolicy } from '../../../shared/store.ts';
import type { ExpireHolds } from '../order/hold-expiry-job.ts';
import type { OrderStore } from '../order/order-store.ts';
import { notAChannel, placementResponse } from '../order/responses.ts';
import { place, type PlacementStores } from './place.ts';
import { ownValue } from '../../../shared/input/own-value.ts';

type Stores = PlacementStores & { orders: Pick<OrderStore, 'placed'> };

/** Places an order of the caller's channel. Before a refusal for stock, it expires overdue reservations and decides again. */
export const placeOrder =
  (stores: Stores, channels: Channels, policy: SellingPolicy, expireHolds: ExpireHolds, retryBudgetMs?: number) =>
  async ({ body: content, caller, cause }: Request<typeof placeOrderRoute>): Promise<HttpResponse> => {
    const channel = ownValue(channels, caller.clientId);
    if (!channel) return notAChannel;
    const orderId = orderIdOf(channel.channel, content.externalOrderId);
    const hashes = { contentHash: orderHash(content), sentHash: contentHash(content) };
    const placement = { orderId, ...hashes, content, channel, now: cause.now };
    const decide = () => place(stores, placement, policy, cause, retryBudgetMs);
    const decision = await decide();
    const isOutdated = decision.kind === 'out-of-stock' && (await expireHolds(cause)) !== 'skipped';
    const latest = isOutdated ? await decide() : decision;
    return placementResponse(latest, orderId, stores.orders, { content, channel });
  };
