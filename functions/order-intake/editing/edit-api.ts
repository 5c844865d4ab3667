import type { readPricedOffer } from '../../../shared/catalog/offer-store.ts';
import type { editOrder } from '../../../shared/contracts/orders/edit-routes.ts';
import type { HttpResponse } from '../../../shared/contracts/problem.ts';
import { canonicalHash } from '../../../shared/content-hash.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import type { readTaxZones } from '../../../shared/settings/priced-settings-store.ts';
import type { Channels, SellingPolicy } from '../../../shared/store.ts';
import type { OrderStore } from '../order/order-store.ts';
import { edit, skusOf } from './edit.ts';
import { applyForCaller, changeResponse } from '../order/change-api.ts';
import type { OrderItem } from '../order/order-item.ts';
import type { ExpireHolds } from '../order/hold-expiry-job.ts';

/** Serves the edits of orders. */
export const editing =
  (
    store: OrderStore,
    { offerOf, zonesOf }: { offerOf: ReturnType<typeof readPricedOffer>; zonesOf: ReturnType<typeof readTaxZones> },
    channels: Channels,
    policy: SellingPolicy,
    expireHolds: ExpireHolds,
  ) =>
  async (request: Request<typeof editOrder>): Promise<HttpResponse> => {
    const { body: content, headers, cause } = request;
    const decide = async (order: OrderItem) => {
      const stored = order.edits?.find(({ editId }) => editId === content.editId)?.contentHash;
      const sent = { content, contentHash: canonicalHash(content, { stored }), ifMatch: headers['if-match'] };
      const channel = Object.values(channels).find((known) => known.channel === order.channel);
      const { pricesItself = false, taxIncluded } = channel ?? {};
      const version = order.pricing?.settingsVersions.taxZones ?? 0;
      const [current, frozenZones] = await Promise.all([
        offerOf(skusOf(order, content)),
        version > 0 ? zonesOf(version) : undefined,
      ]);
      const offer = { ...current, frozenZones, pricesItself, taxIncluded, now: cause.now };
      return edit(order, sent, offer, policy);
    };
    const outcome = await applyForCaller(store, channels, request, decide);
    const isShort = outcome?.kind === 'conflict' && outcome.type === 'out-of-stock';
    const isOld = isShort && (await expireHolds(cause)) !== 'skipped';
    return changeResponse(isOld ? await applyForCaller(store, channels, request, decide) : outcome, cause.now, 200);
  };
