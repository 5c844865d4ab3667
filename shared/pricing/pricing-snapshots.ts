import * as z from 'zod';
import { priceListReader, priceListsKey } from '../catalog/price-list-snapshot.ts';
import { SkuRecord } from '../catalog/sku-item.ts';
import { type SellingSettings, sellingSettingsKey, sellingSettingsReader } from '../settings/selling-settings.ts';
import type { PriceList } from './price-lists.ts';
import type { PromotionSet } from './promotions/types.ts';

/** Keys of the two items that are read with the SKUs of an order, in the table of settings and in that of the catalogue. */
export const snapshotKeys = { settings: sellingSettingsKey, priceLists: priceListsKey };

/** What is read with the SKUs: the settings that staff have set, the price lists and the promotions. */
export type PricingSnapshots = {
  settings: SellingSettings;
  priceLists: readonly PriceList[];
  promotions?: PromotionSet | undefined;
};

const Keyed = z.looseObject({ pk: z.string() });
const isPriceLists = (item: unknown) => Keyed.parse(item).pk === priceListsKey.pk;

/** Parses the items of the catalogue and of the settings of one read. One per function instance, as it keeps the last ones. */
export function offerReader() {
  const [settingsOf, listsOf] = [sellingSettingsReader(), priceListReader()];
  return (catalog: readonly unknown[], settings: readonly unknown[]) => ({
    skus: new Map(
      catalog.flatMap((item) => (isPriceLists(item) ? [] : [SkuRecord.parse(item)])).map((sku) => [sku.sku, sku]),
    ),
    settings: settingsOf(settings[0]),
    priceLists: listsOf(catalog.find(isPriceLists)).value,
  });
}
