import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { expect } from 'vitest';
import { cancellation } from '../../../functions/order-intake/cancellation/cancellation-api.ts';
import * as life from '../../../shared/contracts/orders/life-cycle-routes.ts';
import * as routes from '../../../shared/contracts/orders/routes.ts';
import type { OrderContent } from '../../../shared/contracts/orders/routes.ts';
import type { HttpResponse } from '../../../shared/contracts/problem.ts';
import type { Database } from '../../../shared/dynamodb/database.ts';
import { orderIdOf } from '../../../shared/ids.ts';
import type { CompiledPromotion, Remaining } from '../../../shared/pricing/promotions/types.ts';
import { createClaimsStore } from '../../../shared/promotions/claims-store.ts';
import { sellingSettingsKey } from '../../../shared/settings/selling-settings.ts';
import { encodeSnapshot } from '../../../shared/settings/snapshot.ts';
import type { Channels } from '../../../shared/store.ts';
import { aCause, anOrder, noon } from '../builders.ts';
import { tables } from '../database/dynamodb.ts';
import { channels } from '../environment.ts';
import { putPromotions } from '../promotions.ts';
import { aRequest } from '../requests.ts';
import { orderStores, placing } from './order-stores.ts';

let made = 0;
export const policyOfTests = { foldsEmailTags: false, timeZone: 'Europe/London' };
/** Channels whose orders expire after 15 minutes without payment. */
const usualChannels: Channels = channels;
export const payingChannels: Channels = { storefront: { ...channels.storefront, paymentWindowMinutes: 15 } };

/** Orders of a store with promotions. Each order is of another customer, unless the content names one. */
export function promotedOrders(db: Database) {
  const stores = orderStores(db);
  const claims = createClaimsStore(db, tables.PROMOTION_TABLE_NAME);
  const contentOf = (given: Partial<OrderContent>): OrderContent => {
    const externalOrderId = `promoted-${(made += 1)}`;
    return anOrder({ externalOrderId, customer: { id: externalOrderId }, ...given });
  };
  return {
    stores,
    contentOf,
    idOf: ({ externalOrderId }: OrderContent) => orderIdOf('storefront', externalOrderId),

    /** Puts the promotions in force, for instances that are created from now on or read the head again. */
    put: (...promotions: CompiledPromotion[]) => putPromotions(db, { promotions }),

    /** Sets whether an order with a code that does not apply is refused. */
    putCodePolicy: (codePolicy: 'strict' | 'lenient', version: number) =>
      db.send(
        new PutCommand({
          TableName: tables.SETTINGS_TABLE_NAME,
          Item: { ...sellingSettingsKey, version, data: encodeSnapshot({ promotions: { version, codePolicy } }) },
        }),
      ),

    async place(
      content: OrderContent,
      { through = stores, known = usualChannels, now = noon } = {},
    ): Promise<HttpResponse & { body: Record<string, unknown> }> {
      const place = placing(through, { channels: known });
      const response = await place(aRequest(routes.placeOrder, { body: content, cause: aCause({ now }) }));
      return { ...response, body: response.body as Record<string, unknown> };
    },

    async cancel(content: OrderContent, requestId: string, lines?: { lineId: string; quantity: number }[]) {
      const orderId = orderIdOf('storefront', content.externalOrderId);
      const body = { requestId, reason: 'changed', ...(lines && { lines }) };
      const response = await cancellation(
        stores.orders,
        channels,
      )(aRequest(life.cancelOrder, { params: { orderId }, body }));
      expect(response.status).toBe(200);
      return response;
    },

    /** What is left of a promotion, for a customer, or without one. */
    async left(
      promotion: CompiledPromotion,
      given: { customer?: OrderContent['customer']; codes?: string[] } = {},
    ): Promise<Remaining | undefined> {
      const buyer = { currency: 'GBP', at: noon, codes: given.codes ?? [], customer: given.customer };
      return (await claims.remaining([promotion], buyer, policyOfTests)).get(promotion.promotionId);
    },
  };
}
