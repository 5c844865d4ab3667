import { skuKey, SkuRecord } from '../../shared/catalog/sku-item.ts';
import { OrderPlaced } from '../../shared/contracts/orders/events.ts';
import { type Database, readBatch } from '../../shared/dynamodb/database.ts';
import { eventKey, OutboxItem } from '../../shared/dynamodb/outbox.ts';
import { firstOrderReader } from '../../shared/orders/first-order-store.ts';
import { orderKey, orderPartition } from '../../shared/orders/order-keys.ts';
import { createClaimsStore } from '../../shared/promotions/claims-store.ts';
import { codeKey, uniqueCodesOf } from '../../shared/promotions/code-item.ts';
import type { Gifts } from '../../shared/promotions/price-with-state.ts';
import { headKeyFor, isHead } from '../../shared/promotions/promotion-head.ts';
import { promotionSetReader } from '../../shared/promotions/promotion-set-store.ts';
import { normalCode } from '../../shared/pricing/promotions/coupon-code.ts';
import { offerReader, snapshotKeys } from '../../shared/pricing/pricing-snapshots.ts';
import { readShippingMethods, readTaxZones } from '../../shared/settings/priced-settings-store.ts';
import { availableIn, StockItem, stockKey } from '../../shared/stock/stock-item.ts';
import * as z from 'zod';

type Tables = {
  ORDER_TABLE_NAME: string;
  CATALOG_TABLE_NAME: string;
  SETTINGS_TABLE_NAME: string;
  PROMOTION_TABLE_NAME: string;
  STOCK_TABLE_NAME: string;
};

/** What a placed order's item names; an item of early payments has no event. */
const Placed = z.object({ placedEventId: z.string(), imported: z.literal(true).optional() });
const PlacedDetail = OrderPlaced.envelope.shape.detail;
const ImportedOrder = PlacedDetail.shape.data.omit({ status: true });

/** Reads what prices baskets, and what priced an order. One per function instance. */
export function createQuoteStore(db: Database, tables: Tables) {
  const { ORDER_TABLE_NAME: orders, CATALOG_TABLE_NAME: catalog, SETTINGS_TABLE_NAME: settings } = tables;
  const { PROMOTION_TABLE_NAME: promotions, STOCK_TABLE_NAME: stock } = tables;
  const claims = createClaimsStore(db, promotions);
  const offerOf = offerReader();
  const promotionsOf = promotionSetReader(db, promotions);
  const readOne = async (pk: string, sk: string) =>
    (await readBatch(db, { [orders]: [{ pk, sk }] }, false)).get(orders)?.[0];

  return {
    /**
     * SKUs, price lists, settings, promotions and entered codes in one request for up to 97 SKUs and codes. `id`: any text,
     * other for each quote.
     */
    async offer(skus: readonly string[], couponCodes: readonly string[], id: string) {
      const codes = [...new Set(couponCodes.map(normalCode))].filter((code) => code !== '');
      const keys = {
        [catalog]: [...skus.map(skuKey), snapshotKeys.priceLists],
        [settings]: [snapshotKeys.settings],
        [promotions]: [headKeyFor(id), ...codes.map(codeKey)],
      };
      const items = await readBatch(db, keys, [promotions]);
      const found = items.get(promotions) ?? [];
      const set = await promotionsOf(found.find(isHead));
      return {
        ...offerOf(items.get(catalog) ?? [], items.get(settings) ?? []),
        promotions: set,
        uniqueCodes: uniqueCodesOf(
          found.filter((item) => !isHead(item)),
          set,
        ),
      };
    },

    /** What is left of the limits of promotions for a buyer. */
    remaining: claims.remaining,

    /** Whether a customer has no earlier order. */
    isFirstOrder: firstOrderReader(db, orders),

    /** SKUs that promotions give, and their available units. */
    async gifts(skus: readonly string[]): Promise<Gifts> {
      const keys = { [catalog]: skus.map(skuKey), [stock]: skus.map(stockKey) };
      const items = await readBatch(db, keys, false);
      const inStock = (items.get(stock) ?? []).map((item) => StockItem.parse(item));
      return {
        skus: new Map((items.get(catalog) ?? []).map((item) => SkuRecord.parse(item)).map((sku) => [sku.sku, sku])),
        available: new Map(inStock.map((item) => [item.sku, availableIn(item)])),
      };
    },

    /** The order as it was placed; undefined if there is none. */
    async placedOrder(orderId: string): Promise<z.infer<typeof ImportedOrder> | undefined> {
      const { pk, sk } = orderKey(orderId);
      const item = await readOne(pk, sk);
      const placed = Placed.safeParse(item);
      if (!placed.success) return undefined;
      if (placed.data.imported) return ImportedOrder.parse(item);
      const event = await readOne(orderPartition(orderId), eventKey(placed.data.placedEventId));
      return PlacedDetail.parse(JSON.parse(OutboxItem.parse(event).detail)).data;
    },

    taxZones: readTaxZones(db, tables),
    shippingMethods: readShippingMethods(db, tables),
  };
}
export type QuoteStore = ReturnType<typeof createQuoteStore>;
