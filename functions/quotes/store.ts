import { skuKey } from '../../shared/catalog/sku-item.ts';
import { OrderPlaced } from '../../shared/contracts/orders/events.ts';
import { type Database, readBatch } from '../../shared/dynamodb/database.ts';
import { eventKey, OutboxItem } from '../../shared/dynamodb/outbox.ts';
import { orderKey, orderPartition } from '../../shared/orders/order-keys.ts';
import { headKeyFor, isHead } from '../../shared/promotions/promotion-head.ts';
import { promotionSetReader } from '../../shared/promotions/promotion-set-store.ts';
import { offerReader, snapshotKeys } from '../../shared/pricing/pricing-snapshots.ts';
import { readShippingMethods, readTaxZones } from '../../shared/settings/priced-settings-store.ts';
import * as z from 'zod';

type Tables = {
  ORDER_TABLE_NAME: string;
  CATALOG_TABLE_NAME: string;
  SETTINGS_TABLE_NAME: string;
  PROMOTION_TABLE_NAME: string;
};

/** What a placed order's item names; an item of early payments has no event. */
const Placed = z.object({ placedEventId: z.string(), imported: z.literal(true).optional() });
const PlacedDetail = OrderPlaced.envelope.shape.detail;
const ImportedOrder = PlacedDetail.shape.data.omit({ status: true });

/** Reads what prices baskets, and what priced an order. One per function instance. */
export function createQuoteStore(db: Database, tables: Tables) {
  const { ORDER_TABLE_NAME: orders, CATALOG_TABLE_NAME: catalog, SETTINGS_TABLE_NAME: settings } = tables;
  const { PROMOTION_TABLE_NAME: promotions } = tables;
  const offerOf = offerReader();
  const promotionsOf = promotionSetReader(db, promotions);
  const readOne = async (pk: string, sk: string) =>
    (await readBatch(db, { [orders]: [{ pk, sk }] }, false)).get(orders)?.[0];

  return {
    /** SKUs, price lists, settings and promotions in one request for up to 97 SKUs. `id`: any text, other for each quote. */
    async offer(skus: readonly string[], id: string) {
      const keys = {
        [catalog]: [...skus.map(skuKey), snapshotKeys.priceLists],
        [settings]: [snapshotKeys.settings],
        [promotions]: [headKeyFor(id)],
      };
      const items = await readBatch(db, keys, [promotions]);
      return {
        ...offerOf(items.get(catalog) ?? [], items.get(settings) ?? []),
        promotions: await promotionsOf((items.get(promotions) ?? []).find(isHead)),
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
